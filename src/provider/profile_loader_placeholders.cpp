#include "provider/profile_loader_placeholders.hpp"

#include "provider/template_url.hpp"

#include <algorithm>
#include <array>

namespace coauth::provider {
namespace {

constexpr std::array<std::string_view, 12> standard_names{
    "client_id", "client_secret", "redirect_uri",   "scope",        "state",         "nonce",
    "code",      "code_verifier", "code_challenge", "access_token", "refresh_token", "token_type"};

template <class Range>
bool holds(const Range& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_standard(std::string_view name) {
    return holds(standard_names, name) || name.starts_with("token.") || name.starts_with("callback.");
}

}  // namespace

placeholder_vocabulary authorization_placeholders(const profile_data& profile) {
    placeholder_vocabulary known;
    known.step = "the authorization";
    known.names = {"client_id", "redirect_uri", "scope", "state", "nonce"};
    if (profile.authorization.pkce != pkce_method::off) {
        known.names.emplace_back("code_challenge");
    }
    known.takes_extra = true;
    return known;
}

placeholder_vocabulary operation_placeholders(const profile_data& profile, const operation_rules& operation) {
    placeholder_vocabulary known;
    known.step = "\"" + operation.name + "\"";
    for (const std::string& argument : operation.arguments) {
        known.names.push_back(argument_name(argument));
    }
    known.names.insert(known.names.end(), {"client_id", "client_secret", "redirect_uri", "scope"});
    if (operation.name == "exchange") {
        known.names.insert(known.names.end(), {"code", "state"});
        if (profile.authorization.pkce != pkce_method::off) {
            known.names.emplace_back("code_verifier");
        }
        known.families = {"callback."};
    } else {
        known.names.insert(known.names.end(), {"access_token", "refresh_token", "token_type"});
        known.families = {"token."};
    }
    return known;
}

void placeholder_use::check(const place& where, const template_text& text) {
    for (const auto& piece : text.pieces()) {
        const bool has_alternatives = piece.function == template_function::value && piece.names.size() > 1;
        for (const auto& [name, kind] : piece.names) {
            used_.insert(name);
            check_name(where, piece, name);
            if (!piece.optional && !has_alternatives) {
                required_.insert(name);
            }
        }
    }
}

void placeholder_use::check_url(const place& where, const template_text& url) {
    if (const auto objection = objection_to_url(url); !objection.empty()) {
        where.report(objection);
    }
    check(where, url);
}

void placeholder_use::check(const place& where, const std::vector<named_template>& all) {
    for (const auto& each : all) {
        check(where.at(each.name), each.value);
    }
}

void placeholder_use::check_json(const place& where, const boost::json::value& value,
                                 const std::vector<std::pair<std::string, template_text>>& templates) {
    if (const auto* text = value.if_string()) {
        const auto found = std::find_if(templates.begin(), templates.end(),
                                        [&](const auto& each) { return each.first == std::string_view(*text); });
        check(where, found->second);
    } else if (const auto* object = value.if_object()) {
        for (const auto& member : *object) {
            check_json(where.at(member.key()), member.value(), templates);
        }
    } else if (const auto* array = value.if_array()) {
        for (std::size_t i = 0; i != array->size(); ++i) {
            check_json(where.at(i), (*array)[i], templates);
        }
    }
}

void placeholder_use::check_name(const place& where, const template_piece& piece, const std::string& name) {
    const auto in_family = [&](std::string_view family) { return name.starts_with(family); };
    if (holds(vocabulary_.names, name) ||
        std::any_of(vocabulary_.families.begin(), vocabulary_.families.end(), in_family)) {
        return;
    }
    const std::string shown = "{" + name + "}";
    if (is_standard(name)) {
        where.report(shown + " has no value in " + vocabulary_.step + "; there are " + listed(vocabulary_.names));
    } else if (vocabulary_.takes_extra) {
        if (!piece.optional) {
            where.report(shown + " is unknown; " + suggestion(name, vocabulary_.names) +
                         " A value that the caller may " + "give is written {" + name + "?}");
        }
    } else {
        where.report(shown + " is unknown; " + suggestion(name, vocabulary_.names) + " A value that the caller gives " +
                     "has to stand in \"arguments\"");
    }
}

}  // namespace coauth::provider
