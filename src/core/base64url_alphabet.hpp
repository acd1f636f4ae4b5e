#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace coauth {

/// The characters of base64url (RFC 4648, section 5).
inline constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Of a character that is none of them. Four digits are 24 bits: wherever among them it stands, it is seen above those.
inline constexpr std::uint64_t no_base64url_digit = 0xFF000000;

/// What each character stands for.
inline constexpr auto base64url_digits = [] {
    std::array<std::uint64_t, 256> digits{};
    digits.fill(no_base64url_digit);
    for (std::uint64_t digit = 0; digit != base64url_alphabet.size(); ++digit) {
        digits[static_cast<unsigned char>(base64url_alphabet[digit])] = digit;
    }
    return digits;
}();

[[nodiscard]] constexpr std::uint64_t base64url_digit(char of) noexcept {
    return base64url_digits[static_cast<unsigned char>(of)];
}

}  // namespace coauth
