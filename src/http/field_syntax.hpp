#pragma once

#include "core/ascii.hpp"

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace coauth::http {

/// What may stand in a token: a field's name, a method (RFC 9110, section 5.6.2).
inline constexpr auto token_characters = [] {
    std::array<bool, 256> allowed{};
    for (const char each :
         std::string_view{"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&'*+-.^_`|~"}) {
        allowed[static_cast<unsigned char>(each)] = true;
    }
    return allowed;
}();

/// How many of the first characters may stand in a token.
[[nodiscard]] inline std::size_t token_length(std::string_view text) noexcept {
    const auto end = std::find_if_not(text.begin(), text.end(),
                                      [](char c) { return token_characters[static_cast<unsigned char>(c)]; });
    return static_cast<std::size_t>(end - text.begin());
}

[[nodiscard]] inline bool is_token(std::string_view text) noexcept {
    return !text.empty() && token_length(text) == text.size();
}

/// Whether both are the same field's name, or the same word in a value: their case is nothing.
[[nodiscard]] inline bool is_same_word(std::string_view text, std::string_view other) noexcept {
    const auto may_begin_alike = [&] {  // which few of the same length do
        constexpr int but_for_case = ~('a' ^ 'A');
        return text.empty() || ((text.front() ^ other.front()) & but_for_case) == 0;
    };
    return text.size() == other.size() && may_begin_alike() &&
           (text == other || boost::urls::grammar::ci_is_equal(text, other));
}

/// What may not stand in a field's value (RFC 9110, section 5.5).
[[nodiscard]] inline bool has_control_character(std::string_view text) noexcept {
    const auto is_control = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; };
    return !all_between(text, ' ', '~') && std::any_of(text.begin(), text.end(), is_control);
}

}  // namespace coauth::http
