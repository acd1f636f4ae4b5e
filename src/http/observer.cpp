#include <coauth/http/observer.hpp>

namespace coauth {

std::string_view name_of(close_reason reason) noexcept {
    switch (reason) {
        case close_reason::idle:
            return "idle";
        case close_reason::age:
            return "age";
        case close_reason::peer_closed:
            return "peer_closed";
        case close_reason::unexpected_bytes:
            return "unexpected_bytes";
        case close_reason::peer_wish:
            return "peer_wish";
        case close_reason::failed:
            return "failed";
        case close_reason::cancelled:
            return "cancelled";
        case close_reason::timeout:
            return "timeout";
        case close_reason::shut_down:
            break;
    }
    return "shut_down";
}

}  // namespace coauth
