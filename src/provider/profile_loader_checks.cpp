#include "provider/profile_loader_placeholders.hpp"
#include "provider/profile_loader_tables.hpp"

#include <algorithm>

namespace coauth::provider {
namespace {

bool is_name_of_profile(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

void check_state(const place& authorization, const profile_data& profile, const placeholder_use& used) {
    if (profile.authorization.state_in_redirect_uri && !used.contains("redirect_uri")) {
        authorization.at("state").at("in").report(
            "the state is to travel in the redirect URI, which is not sent; send \"{redirect_uri}\" in the parameters");
    }
    if (profile.callback.binding == binding::state && !profile.authorization.state_in_redirect_uri &&
        !used.contains("state")) {
        authorization.at("parameters")
            .report(
                "no parameter carries {state}, though the callback is bound by it; add \"state\": \"{state}\", or, "
                "where the provider echoes nothing, set /callback/binding to \"cookie\"");
    }
}

void check_pkce(const place& authorization, const profile_data& profile, const placeholder_use& used) {
    if (profile.authorization.pkce != pkce_method::off && !used.contains("code_challenge")) {
        authorization.at("parameters")
            .report("PKCE is on, but no parameter carries {code_challenge}; add it, or set \"pkce\" to \"off\"");
    }
}

bool is_fragment(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~' && c != '#' && c != '%'; });
}

void check_offline_parameters(const place& where, const authorization_rules& rules) {
    for (const auto& each : rules.offline_parameters) {
        const auto is_same = [&](const named_template& other) { return other.name == each.name; };
        if (std::any_of(rules.parameters.begin(), rules.parameters.end(), is_same)) {
            where.at(each.name).report(
                "\"parameters\" has this one too, and a parameter is sent once; remove one of them");
        }
    }
}

void check_authorization(const place& where, const profile_data& profile) {
    const auto& rules = profile.authorization;
    placeholder_use used(authorization_placeholders(profile));
    used.check_url(where.at("url"), rules.url);
    used.check(where.at("parameters"), rules.parameters);
    check_state(where, profile, used);
    check_pkce(where, profile, used);
    used.check(where.at("offline_parameters"), rules.offline_parameters);
    check_offline_parameters(where.at("offline_parameters"), rules);
    if (!is_fragment(rules.fragment)) {
        where.at("fragment").report("a fragment has visible ASCII characters, without \"#\" and \"%\"");
    }
    if (rules.state_max_length && *rules.state_max_length < 22) {
        where.at("state").at("max_length").report("a state of 128 bits takes 22 characters; allow as many");
    }
}

void check_callback(const place& where, const profile_data& profile) {
    const auto& rules = profile.callback;
    const bool has_exchange = profile.find("exchange") != nullptr;
    if (rules.code.empty() && !rules.token) {
        where.report("the callback brings neither a code nor a token; name its parameter in \"code\" or \"token\"");
    } else if (!rules.code.empty() && !has_exchange) {
        where.at("code").report("the callback brings a code, but there is no operation \"exchange\"; add it");
    } else if (rules.code.empty() && has_exchange) {
        where.report(
            "there is an operation \"exchange\", but the callback brings no code; name its parameter in \"code\"");
    }
    if (rules.issuer_required && rules.issuer.empty()) {
        where.at("issuer_required").report("there is no issuer to compare with; add \"issuer\" at the top");
    }
}

void check_refresh(const place& top, const profile_data& profile) {
    const bool has_refresh = profile.find("refresh") != nullptr;
    if (has_refresh && profile.rotation == rotation::none) {
        top.at("refresh").report(
            "there is an operation \"refresh\", so say what becomes of the refresh token: {\"rotation\": \"never\"}, "
            "\"always\" or \"sometimes\"");
    } else if (!has_refresh && profile.rotation != rotation::none) {
        top.at("refresh")
            .at("rotation")
            .report("there is no operation \"refresh\"; add it, or set the rotation to \"none\"");
    }
}

}  // namespace

void check(const place& top, const profile_data& profile) {
    if (!is_name_of_profile(profile.name)) {
        top.at("name").report("a profile's name has small letters, digits, \"-\" and \"_\" only");
    }
    check_authorization(top.at("authorization"), profile);
    check_callback(top.at("callback"), profile);
    check_refresh(top, profile);
    for (const auto& operation : profile.operations) {
        check_operation(top.at("operations").at(operation.name), profile, operation);
        if (profile.unsupported.contains(operation.name)) {
            top.at("unsupported").at(operation.name).report("there is an operation of this name; remove one of them");
        }
    }
}

}  // namespace coauth::provider
