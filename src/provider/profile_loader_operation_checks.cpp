#include "provider/profile_loader_placeholders.hpp"
#include "provider/profile_loader_tables.hpp"

namespace coauth::provider {
namespace {

using body_kind = operation_rules::body_kind;

void check_arguments(const place& where, const operation_rules& operation, const placeholder_use& used) {
    for (std::size_t i = 0; i != operation.arguments.size(); ++i) {
        std::string_view name = operation.arguments[i];
        const bool optional = name.ends_with('?');
        name.remove_suffix(optional ? 1 : 0);
        if (!used.contains(name)) {
            where.at(i).report("nothing uses this argument; write {" + std::string(name) +
                               "} where it belongs, or remove it");
        } else if (optional && used.requires_value(name)) {
            where.at(i).report("this argument may be left out, but {" + std::string(name) + "} may not; write {" +
                               std::string(name) + "?} there, or drop the \"?\" here");
        }
    }
}

void check_body(const place& where, const operation_rules& operation) {
    if (operation.body != body_kind::none && (operation.method == "GET" || operation.method == "HEAD")) {
        where.at(operation.body == body_kind::form ? "form" : "json")
            .report("a " + operation.method + " has no body; use \"query\", or another method");
    }
}

bool reply_is_read(const operation_rules& operation) {
    return operation.name == "exchange" || operation.name == "refresh" || operation.name == "userinfo";
}

/// Whether any reply or callback can bring a refresh token. A code without an exchange is a mistake of its own.
bool brings_refresh_token(const profile_data& profile) {
    const auto* exchange = profile.find("exchange");
    const auto& callback = profile.callback;
    return exchange ? !exchange->token.refresh_token.empty()
                    : !callback.code.empty() || (callback.token && !callback.token->refresh_token.empty());
}

/// What only the steps of a login ask for.
void check_step(const place& where, const profile_data& profile, const operation_rules& operation,
                const placeholder_use& used) {
    if (reply_is_read(operation) &&
        (operation.format == reply_format::text || operation.format == reply_format::none)) {
        where.at("format").report("this reply has fields to be read; write \"json\", \"form\" or \"json_or_form\"");
    }
    if (operation.name == "exchange" && !used.contains("code")) {
        where.report("an exchange has to send {code}; put it in \"form\", \"json\" or \"query\"");
    }
    if (operation.name == "exchange" && profile.authorization.pkce != pkce_method::off &&
        !used.contains("code_verifier")) {
        where.report("PKCE is on, so the exchange has to send {code_verifier}; add it, or set \"pkce\" to \"off\"");
    }
    if (used.requires_value("refresh_token") && !brings_refresh_token(profile)) {
        where.report("no reply brings the {refresh_token} that this sends; add \"refresh_token\": POINTER to /token");
    }
    if (operation.name == "userinfo" && operation.identity.subject.empty()) {
        where.report("userinfo has to say who it is; add \"identity\": {\"subject\": POINTER}");
    }
}

}  // namespace

void check_operation(const place& where, const profile_data& profile, const operation_rules& operation) {
    placeholder_use used(operation_placeholders(profile, operation));
    used.check_url(where.at("url"), operation.url);
    used.check(where.at("query"), operation.query);
    used.check(where.at("headers"), operation.headers);
    used.check(where.at("form"), operation.form);
    used.check_json(where.at("json"), operation.json, operation.json_templates);
    check_arguments(where.at("arguments"), operation, used);
    check_body(where, operation);
    check_step(where, profile, operation, used);
}

}  // namespace coauth::provider
