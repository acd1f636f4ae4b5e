#pragma once

#include <coauth/core/error.hpp>
#include <coauth/core/secret.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coauth::provider {

/// A placeholder's function: what is made of its arguments' values.
enum class template_function {
    value,      ///< `{a}`: the value itself; `{a|b}`: the first that there is.
    base64,     ///< `{base64(a,b)}`: base64 of the values, one after the other.
    basic,      ///< `{basic(a,b)}`: base64 of form(a) ":" form(b) (RFC 6749, section 2.3.1); without b, it is empty.
    basic_raw,  ///< `{basic_raw(a,b)}`: base64 of a ":" b, as RFC 7617 has it.
};

/// A part of a template: fixed text, or a placeholder.
struct template_piece {
    std::string text;  ///< Fixed text; then `names` is empty.
    template_function function = template_function::value;
    std::vector<std::string> names;  ///< The placeholder's names.
    bool optional = false;           ///< `{name?}`: without a value the whole parameter is left out.
};

/// How a value is written into its place.
enum class escape {
    none,     ///< Header values.
    json,     ///< Within a JSON string.
    percent,  ///< A URL's path or query, spaces as %20.
    form,     ///< A form, or a query with "+" for a space.
};

/// Gives a placeholder's value; nothing where it has none.
using placeholder_values = std::function<std::optional<std::string_view>(std::string_view name)>;

/// A text with placeholders, as profiles have them: "Bearer {access_token}", "{scope?}", "{user|token.user}". "{{" and
/// "}}" stand for braces.
class template_text {
public:
    /// Fails with `errc::invalid_profile`, the detail saying what is wrong with the text.
    [[nodiscard]] static result<template_text> parse(std::string_view source);

    /// Appends the text with its values, each escaped; `fixed`: how the text between them is. False, with nothing
    /// appended, where an optional placeholder has no value; fails with `errc::invalid_argument`, naming the
    /// placeholder, where a required one has none.
    [[nodiscard]] result<bool> append_to(std::string& to, const placeholder_values& values, escape how,
                                         escape fixed = escape::none) const;

    /// The same as a text of its own; nothing where `append_to` appends nothing.
    [[nodiscard]] result<std::optional<std::string>> expand(const placeholder_values& values, escape how) const;

    /// The text as it may be shown: secret placeholders stay as "{name}", the others are filled.
    [[nodiscard]] std::string expand_safe(const placeholder_values& values, escape how) const;

    /// Whether a placeholder has that name, or has it among others.
    [[nodiscard]] bool uses(std::string_view name) const noexcept;

    [[nodiscard]] const std::vector<template_piece>& pieces() const noexcept { return pieces_; }
    /// The whole of it, where it has no placeholders; otherwise null.
    [[nodiscard]] const std::string* fixed() const noexcept {
        return pieces_.size() == 1 && pieces_.front().names.empty() ? &pieces_.front().text : nullptr;
    }
    [[nodiscard]] const std::string& source() const noexcept { return source_; }

private:
    std::vector<template_piece> pieces_;
    std::string source_;
};

/// Whether a value may be called that: a letter or "_", then letters, digits, "_", "." and "-".
[[nodiscard]] bool is_placeholder_name(std::string_view name) noexcept;

/// Whether a placeholder of that name stands for something that must not be shown: our own secrets, what a token or
/// callback brought, and whatever a profile's author calls a key, a password or the like.
[[nodiscard]] bool is_secret_placeholder(std::string_view name);

}  // namespace coauth::provider
