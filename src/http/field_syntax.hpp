#pragma once

#include "core/ascii.hpp"

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
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

/// Words that are looked for. What is compared with them is hardly ever one, and shows it by its length and first
/// letter.
template <std::size_t Count>
class word_set {
public:
    explicit constexpr word_set(const std::array<std::string_view, Count>& words) : words_(words) {
        for (const std::string_view each : words) {
            first_letters_.at(each.size()) |= letter(each);
        }
    }

    /// Whether `word` is one of them, its case being nothing.
    [[nodiscard]] bool has(std::string_view word) const noexcept {
        return !word.empty() && word.size() < first_letters_.size() &&
               (first_letters_[word.size()] & letter(word)) != 0 &&
               std::any_of(words_.begin(), words_.end(),
                           [&](std::string_view each) { return is_same_word(word, each); });
    }

private:
    /// A bit for the first one, the same in both cases.
    [[nodiscard]] static constexpr std::uint32_t letter(std::string_view word) noexcept {
        return std::uint32_t{1} << (static_cast<unsigned char>(word.front()) % 32);
    }

    std::array<std::string_view, Count> words_;
    std::array<std::uint32_t, 32> first_letters_{};  // of the words of each length
};

/// What may not stand in a field's value (RFC 9110, section 5.5).
[[nodiscard]] inline bool has_control_character(std::string_view text) noexcept {
    const auto is_control = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; };
    return !all_between(text, ' ', '~') && std::any_of(text.begin(), text.end(), is_control);
}

}  // namespace coauth::http
