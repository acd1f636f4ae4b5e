#include <coauth/core/port.hpp>

#include <charconv>
#include <system_error>

namespace coauth {

std::optional<std::uint16_t> parse_port(std::string_view digits) noexcept {
    std::uint16_t port = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stopped, failed] = std::from_chars(digits.data(), end, port);
    return failed == std::errc{} && stopped == end ? std::optional(port) : std::nullopt;
}

}  // namespace coauth
