#include "provider/profile_loader_tables.hpp"

namespace coauth::provider {
namespace {

namespace json = boost::json;

template <class T>
field<T> pointer(std::string_view key, field_pointer T::*member,
                 typename field<T>::need need = field<T>::need::optional) {
    return {
        key,
        [member](const place& where, const json::value& value, T& into) { read_pointer(where, value, into.*member); },
        need};
}

template <class T>
field<T> pointers(std::string_view key, std::vector<field_pointer> T::*member) {
    return {key, [member](const place& where, const json::value& value, T& into) {
                read_each(where, value, into.*member, [](const place& at, const json::value& each, field_pointer& to) {
                    read_pointer(at, each, to);
                });
            }};
}

/// A name, or another text that means nothing when it is empty.
void read_filled(const place& where, const json::value& value, std::string& into) {
    read(where, value, into);
    if (value.is_string() && into.empty()) {
        where.report("this is empty; write something, or leave the key out");
    }
}

void read_filled(const place& where, const json::value& value, field_pointer& into) {
    std::string name;
    read_filled(where, value, name);
    into = std::move(name);
}

template <class T, class Text>
field<T> filled(std::string_view key, Text T::*member, typename field<T>::need need = field<T>::need::optional) {
    return {
        key,
        [member](const place& where, const json::value& value, T& into) { read_filled(where, value, into.*member); },
        need};
}

template <class T, class Base>
field<T> all_filled(std::string_view key, std::vector<std::string> Base::*member) {
    return {key, [member](const place& where, const json::value& value, T& into) {
                read_each(where, value, into.*member,
                          [](const place& at, const json::value& each, std::string& to) { read_filled(at, each, to); });
            }};
}

/// An object whose keys are kept in the struct of the object around it.
template <class T>
field<T> part(std::string_view key, const format<T>& (*fields)(),
              typename field<T>::need need = field<T>::need::optional) {
    return {key,
            [fields](const place& where, const json::value& value, T& into) { read(where, value, into, fields()); },
            need};
}

void read_token(const place& where, const json::value& value, token_rules& into, const format<token_rules>& fields) {
    read(where, value, into, fields);
    if (into.token_type_required && into.token_type.empty()) {
        where.report("\"token_type_required\" needs to know where the type stands; add \"token_type\"");
    }
    const bool from_issue = std::any_of(into.expires.begin(), into.expires.end(), [](const expiry_rule& each) {
        return each.kind == expiry_kind::issued_at_milliseconds;
    });
    if (from_issue && !into.default_lifetime) {
        where.report("the time of issue says nothing of the end; add \"default_lifetime\"");
    }
}

/// A test that compares, whose value is the one to compare with.
field<body_condition> comparison(std::string_view key, body_condition::test what) {
    return {key, [what](const place&, const json::value& value, body_condition& into) {
                into.what = what;
                into.value = value;
            }};
}

/// A test that has only one value to be given: true.
field<body_condition> assertion(std::string_view key, body_condition::test what) {
    return {key, [what](const place& where, const json::value& value, body_condition& into) {
                into.what = what;
                if (value != json::value(true)) {
                    where.report("this test is either true or left out");
                }
            }};
}

}  // namespace

template <>
const format<profile_draft>& format_of<profile_draft>() {
    using enum field<profile_draft>::need;
    static const format<profile_draft> fields{
        {"$schema", &profile_draft::schema},
        {"name", &profile_draft::name, required},
        {"title", &profile_draft::title},
        {"documentation", &profile_draft::documentation},
        {"notes", &profile_draft::notes},
        {"issuer", [](const place& where, const json::value& value,
                      profile_draft& into) { read(where, value, into.callback.issuer); }},
        part("environment", environment_format),
        {"scopes", &profile_draft::scopes},
        {"authorization", &profile_draft::authorization, required},
        {"callback", &profile_draft::callback, required},
        {"token", &profile_draft::token},
        part("refresh", refresh_format),
        {"expiring_threshold", &profile_draft::expiring_threshold},
        {"errors", &profile_draft::errors},
        {"operations", read_operations},  // after "token" and "errors", which it inherits
        {"unsupported", &profile_draft::unsupported},
    };
    return fields;
}

const format<profile_draft>& environment_format() {
    static const format<profile_draft> fields{
        all_filled<profile_draft>("client_id", &profile_draft::client_id_variables),
        all_filled<profile_draft>("client_secret", &profile_draft::client_secret_variables),
    };
    return fields;
}

const format<profile_draft>& refresh_format() {
    static const format<profile_draft> fields{
        {"rotation", &profile_draft::rotation, field<profile_draft>::need::required},
        {"least_interval", &profile_draft::least_refresh_interval},
    };
    return fields;
}

template <>
const format<scope_rules>& format_of<scope_rules>() {
    static const format<scope_rules> fields{
        filled("separator", &scope_rules::separator),
        {"encoding", &scope_rules::encoding},
        all_filled<scope_rules>("default", &scope_rules::defaults),
        all_filled<scope_rules>("offline", &scope_rules::offline),
    };
    return fields;
}

template <>
const format<authorization_rules>& format_of<authorization_rules>() {
    static const format<authorization_rules> fields{
        {"url", &authorization_rules::url, field<authorization_rules>::need::required},
        {"parameters", &authorization_rules::parameters},
        {"offline_parameters", &authorization_rules::offline_parameters},
        {"fragment", &authorization_rules::fragment},
        {"pkce", &authorization_rules::pkce},
        part("state", state_format),
    };
    return fields;
}

const format<authorization_rules>& state_format() {
    static const format<authorization_rules> fields{
        {"max_length", &authorization_rules::state_max_length},
        {"in",
         [](const place& where, const json::value& value, authorization_rules& into) {
             state_carrier carrier{};
             read(where, value, carrier);
             into.state_in_redirect_uri = carrier == state_carrier::redirect_uri;
         }},
    };
    return fields;
}

template <>
const format<callback_rules>& format_of<callback_rules>() {
    static const format<callback_rules> fields{
        {"carrier", &callback_rules::carrier},
        {"binding", &callback_rules::binding, field<callback_rules>::need::required},
        all_filled<callback_rules>("code", &callback_rules::code),
        filled("state", &callback_rules::state),
        {"token",
         [](const place& where, const json::value& value, callback_rules& into) {
             read_token(where, value, into.token.emplace(), callback_token_format());
         }},
        part("error", callback_error_format),
        {"issuer_required", &callback_rules::issuer_required},
    };
    return fields;
}

const format<callback_rules>& callback_error_format() {
    static const format<callback_rules> fields{
        all_filled<callback_rules>("code", &callback_rules::error_code),
        all_filled<callback_rules>("text", &callback_rules::error_text),
        {"map", &callback_rules::error_map},
    };
    return fields;
}

const format<token_rules>& callback_token_format() {
    static const format<token_rules> fields{
        filled("access_token", &token_rules::access_token, field<token_rules>::need::required),
        filled("refresh_token", &token_rules::refresh_token),
        filled("token_type", &token_rules::token_type),
        {"token_type_required", &token_rules::token_type_required},
        filled("scope", &token_rules::scope),
        filled("scope_separator", &token_rules::scope_separator),
        {"expires",
         [](const place& where, const json::value& value, token_rules& into) {
             read_each(where, value, into.expires, [](const place& at, const json::value& each, expiry_rule& to) {
                 read(at, each, to, callback_expiry_format());
             });
         }},
        {"zero", &token_rules::zero},
        {"default_lifetime", &token_rules::default_lifetime},
    };
    return fields;
}

const format<expiry_rule>& callback_expiry_format() {
    static const format<expiry_rule> fields{
        filled("at", &expiry_rule::at, field<expiry_rule>::need::required),
        {"as", &expiry_rule::kind},
    };
    return fields;
}

template <>
const format<token_rules>& format_of<token_rules>() {
    static const format<token_rules> fields{
        {"root", [](const place& where, const json::value& value,
                    token_rules& into) { read_pointer(where, value, into.root, true); }},
        pointer("access_token", &token_rules::access_token),
        pointer("refresh_token", &token_rules::refresh_token),
        pointer("token_type", &token_rules::token_type),
        {"token_type_required", &token_rules::token_type_required},
        pointer("scope", &token_rules::scope),
        filled("scope_separator", &token_rules::scope_separator),
        {"expires", &token_rules::expires},
        {"refresh_expires", &token_rules::refresh_expires},
        {"zero", &token_rules::zero},
        {"default_lifetime", &token_rules::default_lifetime},
    };
    return fields;
}

void read(const place& where, const json::value& value, token_rules& into) {
    read_token(where, value, into, format_of<token_rules>());
}

template <>
const format<expiry_rule>& format_of<expiry_rule>() {
    static const format<expiry_rule> fields{
        pointer("at", &expiry_rule::at, field<expiry_rule>::need::required),
        {"as", &expiry_rule::kind},
    };
    return fields;
}

template <>
const format<error_rules>& format_of<error_rules>() {
    static const format<error_rules> fields{
        {"when",
         [](const place& where, const json::value& value, error_rules& into) {
             std::vector<body_condition> further;
             read(where, value, further);
             into.when.insert(into.when.end(), further.begin(), further.end());
         }},
        pointers("code", &error_rules::code),
        pointers("text", &error_rules::text),
        {"map", &error_rules::map},
        {"statuses", &error_rules::statuses},
        {"advice", &error_rules::advice},
        {"fallback", &error_rules::fallback},
        pointer("request_id", &error_rules::request_id),
    };
    return fields;
}

template <>
const format<body_condition>& format_of<body_condition>() {
    using enum body_condition::test;
    static const format<body_condition> fields{
        {"at", [](const place& where, const json::value& value,
                  body_condition& into) { read_pointer(where, value, into.at, true); }},
        comparison("equals", equals),
        comparison("differs", differs),
        assertion("present", present),
        assertion("absent", absent),
        assertion("empty", empty),
        {"text",
         [](const place& where, const json::value& value, body_condition& into) {
             into.what = text;
             read(where, value, into.text);
         }},
        {"means", &body_condition::means},
    };
    return fields;
}

void read(const place& where, const json::value& value, body_condition& into) {
    read(where, value, into, format_of<body_condition>());
    const auto* object = value.if_object();
    if (!object) {
        return;
    }
    const bool is_placed = object->contains("at");
    const bool wants_place = into.what != body_condition::test::empty && into.what != body_condition::test::text;
    const std::size_t tests = object->size() - (is_placed ? 1U : 0U) - (object->contains("means") ? 1U : 0U);
    if (tests != 1 || is_placed != wants_place) {
        where.report(
            "this is no test; write {\"at\": POINTER} with one of \"equals\", \"differs\", \"present\" and "
            "\"absent\", or {\"empty\": true}, or {\"text\": TEXT}");
    }
}

template <>
const format<identity_rules>& format_of<identity_rules>() {
    static const format<identity_rules> fields{
        pointer("subject", &identity_rules::subject),
        pointer("name", &identity_rules::name),
        pointer("username", &identity_rules::username),
        pointer("email", &identity_rules::email),
        pointer("email_verified", &identity_rules::email_verified),
        pointer("picture", &identity_rules::picture),
    };
    return fields;
}

}  // namespace coauth::provider
