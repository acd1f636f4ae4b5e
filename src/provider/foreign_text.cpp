#include "provider/foreign_text.hpp"

#include <coauth/core/error.hpp>

#include <algorithm>

namespace coauth::provider {
namespace {

constexpr std::size_t shortest_secret = 20;

bool is_lower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}
bool is_upper(char c) noexcept {
    return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_token_character(char c) noexcept {
    return is_lower(c) || is_upper(c) || is_digit(c) || std::string_view("-._~+/=%").find(c) != std::string_view::npos;
}

/// Words in one case, joined by signs, or in CamelCase: each capital within begins a word of at least three letters.
bool is_made_of_words(std::string_view run) noexcept {
    if (std::any_of(run.begin(), run.end(), is_digit)) {
        return false;
    }
    if (std::none_of(run.begin(), run.end(), is_lower)) {
        return true;
    }
    for (std::size_t at = 0; at != run.size(); ++at) {
        if (is_upper(run[at]) && (at + 2 >= run.size() || !is_lower(run[at + 1]) || !is_lower(run[at + 2]))) {
            return false;
        }
    }
    return true;
}

}  // namespace

std::string foreign_text(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const auto end = std::find_if_not(text.begin(), text.end(), is_token_character);
        const auto run = text.substr(0, static_cast<std::size_t>(end - text.begin()));
        shown += run.size() >= shortest_secret && !is_made_of_words(run) ? "[redacted]" : run;
        text.remove_prefix(run.size());
        const auto next = std::find_if(text.begin(), text.end(), is_token_character);
        const auto between = text.substr(0, static_cast<std::size_t>(next - text.begin()));
        shown += between;
        text.remove_prefix(between.size());
    }
    return printable(shown);
}

}  // namespace coauth::provider
