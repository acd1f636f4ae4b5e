#include <coauth/cache/cache_event.hpp>

#include <array>
#include <cstddef>

namespace coauth {

std::string_view name_of(cache_event_kind value) noexcept {
    constexpr std::array<std::string_view, 7> names{"expiring",     "expired",   "needs_login", "refresh_failed",
                                                    "store_failed", "refreshed", "stored"};
    return names[static_cast<std::size_t>(value)];
}

}  // namespace coauth
