#include "provider/foreign_text.hpp"

#include <coauth/core/error.hpp>

#include <algorithm>
#include <array>

namespace coauth::provider {
namespace {

constexpr std::size_t shortest_secret = 20;
constexpr std::size_t shortest_known_secret = 8;  // what is shorter may be any word
constexpr std::string_view redacted = "[redacted]";

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

std::array<std::string_view, 5> secrets_of(const request_values& sent) noexcept {
    std::array<std::string_view, 5> all;
    if (sent.who != nullptr) {
        all[0] = sent.who->client_secret.reveal();
    }
    if (sent.grant != nullptr) {
        all[1] = sent.grant->code.reveal();
        all[2] = sent.grant->code_verifier.reveal();
    }
    if (sent.token != nullptr) {
        all[3] = sent.token->access_token.reveal();
        all[4] = sent.token->refresh_token ? sent.token->refresh_token->reveal() : "";
    }
    return all;
}

void take_out(std::string& text, std::string_view secret) {
    if (secret.size() < shortest_known_secret) {
        return;
    }
    for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at + redacted.size())) {
        text.replace(at, secret.size(), redacted);
    }
}

/// Of text that was cut: what is left of a secret at its end.
void take_out_beginning(std::string& text, std::string_view secret) {
    constexpr std::string_view cut = "...";
    if (!text.ends_with(cut)) {
        return;
    }
    const auto left = std::string_view(text).substr(0, text.size() - cut.size());
    for (auto length = secret.size(); length > shortest_known_secret; --length) {
        if (left.ends_with(secret.substr(0, length - 1))) {
            text.replace(left.size() - (length - 1), length - 1, redacted);
            return;
        }
    }
}

}  // namespace

std::string foreign_text(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const auto end = std::find_if_not(text.begin(), text.end(), is_token_character);
        const auto run = text.substr(0, static_cast<std::size_t>(end - text.begin()));
        shown += run.size() >= shortest_secret && !is_made_of_words(run) ? redacted : run;
        text.remove_prefix(run.size());
        const auto next = std::find_if(text.begin(), text.end(), is_token_character);
        const auto between = text.substr(0, static_cast<std::size_t>(next - text.begin()));
        shown += between;
        text.remove_prefix(between.size());
    }
    return printable(shown);
}

std::string foreign_text(std::string text, const request_values* sent) {
    if (sent != nullptr) {
        for (const std::string_view each : secrets_of(*sent)) {
            take_out(text, each);
        }
    }
    return foreign_text(text);
}

void redact(std::string& text, const request_values& sent) {
    for (const std::string_view each : secrets_of(sent)) {
        take_out(text, each);
        take_out_beginning(text, each);
    }
    text = printable(text);
}

}  // namespace coauth::provider
