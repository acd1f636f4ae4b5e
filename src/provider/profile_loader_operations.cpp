#include "core/checked_fields.hpp"
#include "provider/profile_loader_tables.hpp"

#include <coauth/core/encoding.hpp>

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace coauth::provider {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 6> methods{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"};

/// RFC 9110, section 5.6.2.
bool is_header_name(std::string_view text) noexcept {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               others.find(c) != others.npos;
    });
}

bool is_transports_own(std::string_view name) {
    return std::any_of(transport_fields.begin(), transport_fields.end(),
                       [name](std::string_view own) { return boost::urls::grammar::ci_is_equal(name, own); });
}

bool is_visible_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

void read_method(const place& where, const json::value& value, operation_rules& into) {
    read(where, value, into.method);
    if (std::find(methods.begin(), methods.end(), into.method) == methods.end()) {
        where.report("this is no method; write one of " + listed({methods.begin(), methods.end()}));
    }
}

void read_headers(const place& where, const json::value& value, operation_rules& into) {
    read(where, value, into.headers);
    for (const auto& header : into.headers) {
        if (!header.name.empty() && !is_header_name(header.name)) {
            where.at(header.name).report("this is no header's name; use letters, digits and \"-\"");
        } else if (is_transports_own(header.name)) {
            where.at(header.name).report("this header is written for you; remove it");
        } else if (!is_visible_ascii(header.value.source())) {
            where.at(header.name).report("a header's value has visible ASCII characters only; remove the others");
        } else if (header.value.source().starts_with(' ') || header.value.source().ends_with(' ')) {
            where.at(header.name).report("a header's value has no space at its ends; remove it");
        }
    }
}

void read_form(const place& where, const json::value& value, operation_rules& into) {
    into.body = operation_rules::body_kind::form;
    read(where, value, into.form);
}

/// Parses every text in the body, however deep.
void read_json_templates(const place& where, const json::value& value, operation_rules& into) {
    if (const auto* text = value.if_string()) {
        template_text parsed;
        read(where, value, parsed);
        const auto known = [&](const auto& each) { return each.first == std::string_view(*text); };
        if (std::none_of(into.json_templates.begin(), into.json_templates.end(), known)) {
            into.json_templates.emplace_back(std::string(*text), std::move(parsed));
        }
    } else if (const auto* object = value.if_object()) {
        for (const auto& member : *object) {
            read_json_templates(where.at(member.key()), member.value(), into);
        }
    } else if (const auto* array = value.if_array()) {
        for (std::size_t i = 0; i != array->size(); ++i) {
            read_json_templates(where.at(i), (*array)[i], into);
        }
    }
}

void read_json_body(const place& where, const json::value& value, operation_rules& into) {
    if (into.body == operation_rules::body_kind::form) {
        where.report("a request has one body, and \"form\" is here too; remove one of them");
    }
    into.body = operation_rules::body_kind::json;
    into.json = value;
    read_json_templates(where, value, into);
}

void read_arguments(const place& where, const json::value& value, operation_rules& into) {
    read(where, value, into.arguments);
    std::vector<std::string_view> seen;
    for (std::size_t i = 0; i != into.arguments.size(); ++i) {
        const std::string_view name = argument_name(into.arguments[i]);
        if (!is_placeholder_name(name)) {
            where.at(i).report(
                "this is no argument's name; use letters, digits, \"_\" and \"-\", and \"?\" at the end "
                "where it may be left out");
        } else if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
            where.at(i).report("this argument stands here twice; keep one of them");
        }
        seen.push_back(name);
    }
}

void read_success(const place& where, const json::value& value, operation_rules& into) {
    read(where, value, into.success);
    for (std::size_t i = 0; i != into.success.size(); ++i) {
        if (into.success[i] < 200 || into.success[i] > 599) {
            where.at(i).report("this is no final HTTP status; write one from 200 to 599");
        }
    }
}

/// An exchange uses up a code, a refresh may use up a refresh token.
bool uses_up_grant(const operation_rules& operation) {
    return operation.name == "exchange" || operation.name == "refresh";
}

bool is_idempotent(const operation_rules& operation) {
    return !uses_up_grant(operation) && operation.method != "POST" && operation.method != "PATCH";
}

void read_operation(const place& where, const json::value& value, operation_rules& into) {
    read(where, value, into, format_of<operation_rules>());
    const auto* object = value.if_object();
    if (!object) {
        return;
    }
    if (!object->contains("idempotent")) {
        into.idempotent = is_idempotent(into);
    }
    if (object->contains("token") && !uses_up_grant(into)) {
        where.at("token").report("only \"exchange\" and \"refresh\" bring a token; remove it");
    }
    if (object->contains("identity") && into.name != "userinfo" && into.name != "validate") {
        where.at("identity").report("only \"userinfo\" and \"validate\" say who it is; remove it");
    }
}

}  // namespace

template <>
const format<operation_rules>& format_of<operation_rules>() {
    static const format<operation_rules> fields{
        {"method", read_method, field<operation_rules>::need::required},
        {"url", &operation_rules::url, field<operation_rules>::need::required},
        {"query", &operation_rules::query},
        {"headers", read_headers},
        {"form", read_form},
        {"json", read_json_body},  // after "form", which it excludes
        {"arguments", read_arguments},
        {"idempotent", &operation_rules::idempotent},
        {"success", read_success},
        {"format", &operation_rules::format},
        {"token", &operation_rules::token},
        {"identity", &operation_rules::identity},
        {"errors", &operation_rules::errors},
    };
    return fields;
}

void read_operations(const place& where, const json::value& value, profile_draft& into) {
    const auto* object = object_in(where, value);
    if (!object) {
        return;
    }
    for (const auto& member : *object) {
        const auto here = where.at(member.key());
        if (!is_placeholder_name(member.key())) {
            here.report("this is no operation's name; use letters, digits, \"_\" and \"-\"");
        }
        auto& operation = into.operations.emplace_back();
        operation.name = std::string(member.key());
        operation.token = into.token;
        operation.errors = into.errors;
        read_operation(here, member.value(), operation);
    }
}

void read(const place& where, const json::value& value, std::vector<named_template>& into) {
    if (const auto* object = object_in(where, value)) {
        for (const auto& member : *object) {
            const auto here = where.at(member.key());
            if (member.key().empty()) {
                here.report("a parameter has to have a name");
            }
            auto& parameter = into.emplace_back();
            parameter.name = std::string(member.key());
            parameter.written_name = percent_encode(parameter.name) + "=";
            read(here, member.value(), parameter.value);
        }
    }
}

void read(const place& where, const json::value& value, std::map<unsigned, errc>& into) {
    if (const auto* object = object_in(where, value)) {
        for (const auto& member : *object) {
            const auto here = where.at(member.key());
            const std::string_view key = member.key();
            unsigned status = 0;
            const auto [end, ec] = std::from_chars(key.data(), key.data() + key.size(), status);
            if (ec != std::errc{} || end != key.data() + key.size() || key.size() != 3 || status < 200 ||
                status > 599) {
                here.report("this is no final HTTP status; write one from \"200\" to \"599\"");
            }
            read(here, member.value(), into[status]);
        }
    }
}

}  // namespace coauth::provider
