#pragma once

#include "provider/field_pointer.hpp"
#include "provider/template_text.hpp"

#include <coauth/core/error.hpp>
#include <coauth/provider/profile.hpp>

#include <boost/json/value.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace coauth::provider {

/// A parameter, header or form field with the template of its value, in the order of the file.
struct named_template {
    std::string name;
    template_text value;
    std::string written_name{};  ///< "name=", encoded as it is in a query.
    bool has_scopes = false;     ///< A placeholder for them; they are written in a way of their own in a URL.
};

struct scope_rules {
    std::string separator = " ";
    escape encoding = escape::form;  ///< "form" (space is +), "percent" (space is %20), "raw"
    std::vector<std::string> defaults;
    std::vector<std::string> offline;  ///< Added when the caller asks for a refresh token.

    /// The defaults as one value, and as they stand in an authorization URL: made when the profile is loaded, for they
    /// are the same for every login.
    std::string joined_defaults{}, written_defaults{};
};

enum class pkce_method { off, plain, s256, s256_hex };

enum class callback_carrier { query, fragment, form };

struct authorization_rules {
    template_text url;
    std::vector<named_template> parameters;
    std::vector<named_template> offline_parameters;  ///< Added when the caller asks for a refresh token.
    std::string fragment;                            ///< "wechat_redirect"
    pkce_method pkce = pkce_method::off;
    std::optional<std::size_t> state_max_length;
    bool state_in_redirect_uri = false;  ///< State travels in the redirect URI's query.

    /// Which values have a place in the URL and the parameters, and in what is added offline: known once it is loaded.
    struct use {
        bool redirect_uri = false, nonce = false;
    };
    use used{}, used_offline{};
};

/// One way in which a reply tells an expiry; a profile lists them, best first.
enum class expiry_kind { seconds, milliseconds, unix_seconds, unix_milliseconds, iso8601, issued_at_milliseconds };

struct expiry_rule {
    field_pointer at;
    expiry_kind kind = expiry_kind::seconds;
};

enum class zero_expiry { expired, never };

/// Where a token stands in a reply or a callback.
struct token_rules {
    field_pointer root;  ///< To the object that holds the rest; empty: the whole.
    field_pointer access_token{"/access_token"};
    field_pointer refresh_token;  ///< Empty: the dialect has none. Likewise below.
    field_pointer token_type;
    bool token_type_required = false;
    field_pointer scope;
    std::string scope_separator;  ///< Empty: the profile's.
    std::vector<expiry_rule> expires;
    std::vector<expiry_rule> refresh_expires;
    zero_expiry zero = zero_expiry::expired;  ///< What an expiry of 0 or -1 means.
    std::optional<std::chrono::seconds> default_lifetime;
};

struct callback_rules {
    callback_carrier carrier = callback_carrier::query;
    provider::binding binding = provider::binding::state;
    std::vector<std::string> code;  ///< Names under which a code may come; empty: never.
    std::string state = "state";
    std::optional<token_rules> token;  ///< Where a callback may bring the token itself: parameter names.
    std::vector<std::string> error_code{"error"};
    std::vector<std::string> error_text{"error_description"};
    std::map<std::string, errc, std::less<>> error_map;
    std::string issuer;  ///< RFC 9207: what `iss` must be, if it is sent.
    bool issuer_required = false;
};

/// A test of a reply's body.
struct body_condition {
    enum class test { equals, differs, present, absent, empty, text };
    test what = test::present;
    field_pointer at;
    boost::json::value value;     ///< For equals and differs.
    std::string text;             ///< For text: the whole body, trimmed.
    std::optional<errc> means{};  ///< Of a reply for which it holds, if its words say nothing.
};

struct error_rules {
    std::vector<body_condition> when;  ///< Any of these makes a reply an error, whatever its status.
    std::vector<field_pointer> code{field_pointer{"/error"}};  ///< Best first.
    std::vector<field_pointer> text{field_pointer{"/error_description"}};
    std::map<std::string, errc, std::less<>> map;            ///< Code, text or whole plain body -> meaning.
    std::map<unsigned, errc> statuses;                       ///< Where nothing above maps.
    std::optional<errc> fallback;                            ///< Where no status maps either.
    std::map<std::string, std::string, std::less<>> advice;  ///< Code or text -> what to do, in our words.
    field_pointer request_id;                                ///< To the provider's name for the request.
};

enum class reply_format { json, form, json_or_form, text, none };

struct identity_rules {
    field_pointer subject, name, username, email, email_verified, picture;  ///< Empty: not there.
};

struct operation_rules {
    std::string name;
    std::string method = "GET";
    template_text url;
    std::vector<named_template> query;
    std::vector<named_template> headers;
    enum class body_kind { none, form, json };
    body_kind body = body_kind::none;
    std::vector<named_template> form;
    /// The form with names and fixed text encoded, to stand with "&" between: one template for fields that are always
    /// sent, and one for each that may be left out.
    std::vector<template_text> form_as_sent;
    boost::json::value json;  ///< Strings in it are templates, by source.
    std::vector<std::pair<std::string, template_text>>
        json_templates;                  ///< Source -> parsed, for all strings of `json`.
    std::vector<std::string> arguments;  ///< A trailing "?" marks an optional one.
    bool idempotent = false;

    std::vector<unsigned> success;  ///< Statuses; empty: every 2xx.
    reply_format format = reply_format::json;
    token_rules token;
    identity_rules identity;
    error_rules errors;  ///< The profile's, with the operation's own on top.
};

/// A checked profile.
struct profile_data {
    std::string name, title, documentation;
    std::vector<std::string> notes;  ///< What a person should know before using it.
    std::vector<std::string> client_id_variables, client_secret_variables;
    scope_rules scopes;
    authorization_rules authorization;
    callback_rules callback;
    provider::rotation rotation = provider::rotation::none;
    std::optional<std::chrono::seconds> expiring_threshold, least_refresh_interval;
    std::vector<operation_rules> operations;
    std::map<std::string, std::string, std::less<>> unsupported;  ///< Operation -> why there is none.

    [[nodiscard]] const operation_rules* find(std::string_view operation) const noexcept;
};

}  // namespace coauth::provider
