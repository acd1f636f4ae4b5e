#include "provider/template_text.hpp"

#include "provider/secret_text.hpp"

#include <coauth/core/encoding.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace coauth::provider {
namespace {

failure broken(std::string detail) {
    failure what;
    what.code = errc::invalid_profile;
    what.detail = std::move(detail);
    return what;
}

value_kind kind_of(std::string_view name) noexcept {
    struct standard_name {
        std::string_view name;
        value_kind kind;
    };
    constexpr std::array known{standard_name{"client_id", value_kind::client_id},
                               standard_name{"client_secret", value_kind::client_secret},
                               standard_name{"redirect_uri", value_kind::redirect_uri},
                               standard_name{"scope", value_kind::scope},
                               standard_name{"state", value_kind::state},
                               standard_name{"code", value_kind::code},
                               standard_name{"code_verifier", value_kind::code_verifier},
                               standard_name{"access_token", value_kind::access_token},
                               standard_name{"refresh_token", value_kind::refresh_token},
                               standard_name{"token_type", value_kind::token_type}};
    const auto found = std::find_if(known.begin(), known.end(), [&](const auto& each) { return each.name == name; });
    if (found != known.end()) {
        return found->kind;
    }
    return name.starts_with("token.")      ? value_kind::token_field
           : name.starts_with("callback.") ? value_kind::callback_parameter
                                           : value_kind::argument;
}

std::vector<value_name> names_in(std::string_view text, char separator) {
    std::vector<value_name> names;
    while (true) {
        const auto end = text.find(separator);
        const auto name = text.substr(0, end);
        names.push_back({std::string(name), kind_of(name)});
        if (end == text.npos) {
            return names;
        }
        text.remove_prefix(end + 1);
    }
}

struct function_name {
    std::string_view name;
    template_function function;
};

constexpr std::array functions{function_name{"base64", template_function::base64},
                               function_name{"basic", template_function::basic},
                               function_name{"basic_raw", template_function::basic_raw}};

/// `inside` is what stands between the braces.
result<template_piece> parse_placeholder(std::string_view inside) {
    const auto shown = "{" + std::string(inside) + "}";
    template_piece piece;
    piece.optional = inside.ends_with('?');
    inside.remove_suffix(piece.optional ? 1 : 0);
    if (const auto open = inside.find('('); open != inside.npos) {
        const auto known = std::find_if(functions.begin(), functions.end(),
                                        [&](const function_name& f) { return f.name == inside.substr(0, open); });
        if (known == functions.end()) {
            return broken(shown + " uses an unknown function; there are base64, basic and basic_raw");
        }
        if (inside.back() != ')') {
            return broken(shown + " has no \")\" at its end");
        }
        piece.function = known->function;
        piece.names = names_in(inside.substr(open + 1, inside.size() - open - 2), ',');
        if (piece.function != template_function::base64 && piece.names.size() > 2) {
            return broken(shown + " names too many values; there are a user and a password");
        }
    } else {
        piece.names = names_in(inside, '|');
    }
    if (!std::all_of(piece.names.begin(), piece.names.end(), is_placeholder_name)) {
        return broken(shown +
                      " is no placeholder; write {name}, {name?}, {name|other} or {base64(a,b)}, and {{ }} for braces");
    }
    return piece;
}

bool holds_secret(const template_piece& piece) noexcept {
    return std::any_of(piece.names.begin(), piece.names.end(), is_secret_placeholder);
}

/// The placeholder as it is written, without the "?".
std::string written(const template_piece& piece) {
    std::string text = "{";
    const auto known = std::find_if(functions.begin(), functions.end(),
                                    [&](const function_name& f) { return f.function == piece.function; });
    const bool is_function = known != functions.end();
    text += is_function ? std::string(known->name) + "(" : "";
    for (std::size_t i = 0; i != piece.names.size(); ++i) {
        text += i == 0 ? "" : is_function ? "," : "|";
        text += piece.names[i].name;
    }
    text += is_function ? ")}" : "}";
    return text;
}

/// What to do where a placeholder has no value.
std::string mend_of(const template_piece& piece) {
    struct advice {
        std::string_view name, text;
    };
    constexpr std::array<advice, 5> known{
        advice{"client_id", "give the client id"},
        advice{"client_secret", "give the client secret"},
        advice{"redirect_uri", "give the redirect URI"},
        advice{"refresh_token", "this token has no refresh token; log in again"},
        advice{"access_token", "give a token"},
    };
    for (const auto& [name, kind] : piece.names) {
        const auto found = std::find_if(known.begin(), known.end(), [&](const advice& a) { return a.name == name; });
        if (found != known.end()) {
            return std::string(found->text);
        }
        if (name.find('.') == name.npos) {
            return "give a value for \"" + name + "\"";
        }
    }
    return "it was not in what the provider sent";
}

inline void append_escaped(std::string& to, std::string_view value, escape how) {
    switch (how) {
        case escape::none:
            return append_secret(to, value);
        case escape::json:
            return append_json_escaped(to, value);
        case escape::percent:
            return append_percent_encoded(to, value);
        case escape::form:
            return append_form_encoded(to, value);
    }
}

/// The values of a function, joined as the function wants them; nothing where one is missing.
std::optional<std::string> joined(const template_piece& piece, const placeholder_values& values) {
    const bool is_basic = piece.function != template_function::base64;
    const auto how = piece.function == template_function::basic ? escape::form : escape::none;
    std::string text;
    for (std::size_t i = 0; i != piece.names.size(); ++i) {
        const auto value = values(piece.names[i]);
        if (!value) {
            wipe(text);
            return std::nullopt;
        }
        append_escaped(text, *value, how);
        append_secret(text, is_basic && i == 0 ? ":" : "");
    }
    return text;
}

bool append_function(std::string& to, const template_piece& piece, const placeholder_values& values, escape how) {
    auto plain = joined(piece, values);
    if (!plain) {
        return false;
    }
    std::string encoded = base64(*plain);
    append_escaped(to, encoded, how);
    wipe(*plain);
    wipe(encoded);
    return true;
}

/// Adds the placeholder's value; false where it has none.
inline bool append_value(std::string& to, const template_piece& piece, const placeholder_values& values, escape how) {
    if (piece.function != template_function::value) {
        return append_function(to, piece, values, how);
    }
    for (const value_name& name : piece.names) {
        if (const auto value = values(name)) {
            append_escaped(to, *value, how);
            return true;
        }
    }
    return false;
}

failure no_value(const template_piece& piece) {
    failure what;
    what.code = errc::invalid_argument;
    what.detail = "there is no value for " + written(piece) + ": " + mend_of(piece);
    return what;
}

}  // namespace

result<template_text> template_text::parse(std::string_view source) {
    template_text parsed;
    parsed.source_ = source;
    std::string fixed;
    const auto end_fixed = [&] {
        if (!fixed.empty()) {
            parsed.pieces_.push_back({.text = std::exchange(fixed, {}), .names = {}});
        }
    };
    for (std::size_t at = 0; at != source.size();) {
        const char c = source[at];
        const bool doubled = at + 1 != source.size() && source[at + 1] == c;
        if (c != '{' && c != '}') {
            fixed += c;
            ++at;
        } else if (doubled) {
            fixed += c;
            at += 2;
        } else if (c == '}') {
            return broken("a \"}\" has no \"{\" before it; write }} for a brace");
        } else {
            const auto close = source.find('}', at);
            if (close == source.npos) {
                return broken("a \"{\" has no \"}\" after it; write {{ for a brace");
            }
            auto piece = parse_placeholder(source.substr(at + 1, close - at - 1));
            if (!piece) {
                return piece.error();
            }
            end_fixed();
            parsed.pieces_.push_back(std::move(*piece));
            at = close + 1;
        }
    }
    end_fixed();
    return parsed;
}

void template_text::declare_arguments(const std::vector<std::string>& names) {
    for (template_piece& piece : pieces_) {
        for (value_name& each : piece.names) {
            if (std::any_of(names.begin(), names.end(),
                            [&](const std::string& declared) { return argument_name(declared) == each.name; })) {
                each.kind = value_kind::argument;
            }
        }
    }
}

void template_text::append(std::string_view fixed) {
    if (pieces_.empty() || !pieces_.back().names.empty()) {
        pieces_.emplace_back();
    }
    pieces_.back().text += fixed;
}

void template_text::append(const template_text& more, escape fixed) {
    for (const template_piece& piece : more.pieces_) {
        if (piece.names.empty()) {
            std::string escaped;
            append_escaped(escaped, piece.text, fixed);
            append(escaped);
        } else {
            pieces_.push_back(piece);
        }
    }
}

bool template_text::uses(std::string_view name) const noexcept {
    return std::any_of(pieces_.begin(), pieces_.end(), [&](const template_piece& piece) {
        return std::any_of(piece.names.begin(), piece.names.end(),
                           [&](const value_name& each) { return each.name == name; });
    });
}

bool template_text::optional() const noexcept {
    return std::any_of(pieces_.begin(), pieces_.end(), [](const template_piece& piece) { return piece.optional; });
}

result<bool> template_text::append_to(std::string& to, const placeholder_values& values, escape how,
                                      escape fixed) const {
    const std::size_t before = to.size();
    for (const auto& piece : pieces_) {
        if (piece.names.empty()) {
            append_escaped(to, piece.text, fixed);
        } else if (!append_value(to, piece, values, how)) {
            to.resize(before);
            return piece.optional ? result<bool>(false) : no_value(piece);
        }
    }
    return true;
}

result<std::optional<std::string>> template_text::expand(const placeholder_values& values, escape how) const {
    std::string text;
    const auto appended = append_to(text, values, how);
    if (appended && *appended) {
        return std::optional<std::string>{std::move(text)};
    }
    wipe(text);
    return appended ? result<std::optional<std::string>>{std::optional<std::string>{}} : appended.error();
}

std::string template_text::expand_safe(const placeholder_values& values, escape how) const {
    std::string text;
    for (const auto& piece : pieces_) {
        if (piece.names.empty()) {
            text += piece.text;
        } else if (holds_secret(piece) || (!append_value(text, piece, values, how) && !piece.optional)) {
            text += written(piece);
        }
    }
    return text;
}

std::string_view argument_name(std::string_view declared) noexcept {
    declared.remove_suffix(declared.ends_with('?') ? 1 : 0);
    return declared;
}

bool is_placeholder_name(std::string_view name) noexcept {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    constexpr std::string_view others = "0123456789.-";
    return !name.empty() && letters.find(name.front()) != letters.npos && name.back() != '.' &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return letters.find(c) != letters.npos || others.find(c) != others.npos; });
}

bool is_secret_placeholder(std::string_view name) {
    constexpr std::array<std::string_view, 3> never{"code_challenge", "code_challenge_method", "token_type"};
    constexpr std::array<std::string_view, 13> words{"assertion", "auth", "code", "cookie", "credential", "hash", "jwt",
                                                     "key",       "otp",  "pass", "secret", "signature",  "token"};
    if (std::find(never.begin(), never.end(), name) != never.end()) {
        return false;
    }
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return name == "state" || name.starts_with("token.") || name.starts_with("callback.") ||
           std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return lower.find(word) != lower.npos; });
}

}  // namespace coauth::provider
