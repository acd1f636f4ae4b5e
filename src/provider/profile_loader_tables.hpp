#pragma once

#include "provider/profile_data.hpp"
#include "provider/profile_loader_format.hpp"

/// The tables of the profile format, one for each object in it.
namespace coauth::provider {

/// A profile while it is read: with what its operations inherit.
struct profile_draft : profile_data {
    std::string schema;  ///< For editors; not kept.
    token_rules token;
    error_rules errors;
};

/// How the state travels to the provider.
enum class state_carrier { parameter, redirect_uri };

template <>
const format<profile_draft>& format_of<profile_draft>();
template <>
const format<scope_rules>& format_of<scope_rules>();
template <>
const format<authorization_rules>& format_of<authorization_rules>();
template <>
const format<callback_rules>& format_of<callback_rules>();
template <>
const format<token_rules>& format_of<token_rules>();
template <>
const format<expiry_rule>& format_of<expiry_rule>();
template <>
const format<error_rules>& format_of<error_rules>();
template <>
const format<body_condition>& format_of<body_condition>();
template <>
const format<identity_rules>& format_of<identity_rules>();
template <>
const format<operation_rules>& format_of<operation_rules>();

/// The objects that share a struct with the object around them.
const format<profile_draft>& environment_format();
const format<profile_draft>& refresh_format();
const format<authorization_rules>& state_format();
const format<callback_rules>& callback_error_format();
const format<token_rules>& callback_token_format();
const format<expiry_rule>& callback_expiry_format();

template <>
std::span<const word<escape>> words_of<escape>();
template <>
std::span<const word<pkce_method>> words_of<pkce_method>();
template <>
std::span<const word<state_carrier>> words_of<state_carrier>();
template <>
std::span<const word<callback_carrier>> words_of<callback_carrier>();
template <>
std::span<const word<binding>> words_of<binding>();
template <>
std::span<const word<rotation>> words_of<rotation>();
template <>
std::span<const word<expiry_kind>> words_of<expiry_kind>();
template <>
std::span<const word<zero_expiry>> words_of<zero_expiry>();
template <>
std::span<const word<reply_format>> words_of<reply_format>();
template <>
std::span<const word<errc>> words_of<errc>();

void read(const place& where, const boost::json::value& value, std::vector<named_template>& into);
void read(const place& where, const boost::json::value& value, std::map<unsigned, errc>& into);
void read(const place& where, const boost::json::value& value, body_condition& into);
void read(const place& where, const boost::json::value& value, token_rules& into);

/// Reads "operations": each begins with the profile's token and error rules.
void read_operations(const place& where, const boost::json::value& value, profile_draft& into);

/// Looks for contradictions in a profile that is well formed.
void check(const place& top, const profile_data& profile);
void check_operation(const place& where, const profile_data& profile, const operation_rules& operation);

}  // namespace coauth::provider
