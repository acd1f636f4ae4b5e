#include "core/counted_text.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <limits>
#include <system_error>

namespace coauth {

void append_counted(std::string& out, std::string_view text) {
    std::array<char, std::numeric_limits<std::size_t>::digits10 + 1> digits{};
    char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), text.size()).ptr;
    out.append(digits.data(), end).append(1, ':').append(text);
}

std::optional<std::string_view> take_counted(std::string_view& from) noexcept {
    std::size_t size = 0;
    const auto [stopped, failed] = std::from_chars(from.data(), from.data() + from.size(), size);
    const auto digits = static_cast<std::size_t>(stopped - from.data());
    const bool leading_zero = digits > 1 && from.front() == '0';
    if (failed != std::errc{} || leading_zero || digits == from.size() || from[digits] != ':' ||
        from.size() - digits - 1 < size) {
        return std::nullopt;
    }
    const std::string_view text = from.substr(digits + 1, size);
    from.remove_prefix(digits + 1 + size);
    return text;
}

}  // namespace coauth
