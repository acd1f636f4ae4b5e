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

/// What a value's name stands for.
enum class value_kind {
    argument,  ///< What the caller gives: any name but those below, or any name that an operation declares.
    client_id,
    client_secret,
    redirect_uri,
    scope,
    state,
    code,
    code_verifier,
    access_token,
    refresh_token,
    token_type,
    token_field,         ///< "token.X"
    callback_parameter,  ///< "callback.X"
};

/// The name of a value, and what it stands for: found out once, when the profile is loaded.
struct value_name {
    std::string name;
    value_kind kind = value_kind::argument;

    operator std::string_view() const noexcept { return name; }
};

/// A part of a template: fixed text, or a placeholder.
struct template_piece {
    std::string text;  ///< Fixed text; then `names` is empty.
    template_function function = template_function::value;
    std::vector<value_name> names;  ///< The placeholder's names.
    bool optional = false;          ///< `{name?}`: without a value the whole parameter is left out.
};

/// How a value is written into its place.
enum class escape {
    none,     ///< Header values.
    json,     ///< Within a JSON string.
    percent,  ///< A URL's path or query, spaces as %20.
    form,     ///< A form, or a query with "+" for a space.
};

/// Gives a placeholder's value; nothing where it has none.
using placeholder_values = std::function<std::optional<std::string_view>(const value_name& name)>;

/// A text with placeholders, as profiles have them: "Bearer {access_token}", "{scope?}", "{user|token.user}". "{{" and
/// "}}" stand for braces.
class template_text {
public:
    /// Fails with `errc::invalid_profile`, the detail saying what is wrong with the text.
    [[nodiscard]] static result<template_text> parse(std::string_view source);

    /// Values of these names are what the caller gives, whatever else they would stand for.
    void declare_arguments(const std::vector<std::string>& names);

    /// Puts fixed text behind it, as it is; or another template, with its fixed text escaped.
    void append(std::string_view fixed);
    void append(const template_text& more, escape fixed);

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

    /// Whether it may be left out: it has an optional placeholder.
    [[nodiscard]] bool optional() const noexcept;

    [[nodiscard]] const std::vector<template_piece>& pieces() const noexcept { return pieces_; }
    /// The whole of it, where it has no placeholders; otherwise null.
    [[nodiscard]] const std::string* fixed() const noexcept {
        return pieces_.size() == 1 && pieces_.front().names.empty() ? &pieces_.front().text : nullptr;
    }
    /// What was parsed.
    [[nodiscard]] const std::string& source() const noexcept { return source_; }

private:
    std::vector<template_piece> pieces_;
    std::string source_;
};

/// The name of an argument without the "?" that marks an optional one.
[[nodiscard]] std::string_view argument_name(std::string_view declared) noexcept;

/// Whether a value may be called that: a letter or "_", then letters, digits, "_", "." and "-".
[[nodiscard]] bool is_placeholder_name(std::string_view name) noexcept;

/// Whether a placeholder of that name stands for something that must not be shown: our own secrets, what a token or
/// callback brought, and whatever a profile's author calls a key, a password or the like.
[[nodiscard]] bool is_secret_placeholder(std::string_view name);

}  // namespace coauth::provider
