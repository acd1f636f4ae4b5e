#include "provider/request_placeholders.hpp"

#include "provider/field_pointer.hpp"
#include "provider/reply_value.hpp"
#include "provider/scopes.hpp"

#include <coauth/core/secret.hpp>

#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace coauth::provider {
namespace {

constexpr std::string_view of_token = "token.";
constexpr std::string_view of_callback = "callback.";

std::optional<std::string_view> unless_empty(std::string_view text) noexcept {
    return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

request_placeholders::~request_placeholders() {
    for (auto& each : made_) {
        wipe(each);
    }
}

std::optional<std::string_view> request_placeholders::find(std::string_view name) {
    const auto declared = [&](const std::string& each) { return argument_name(each) == name; };
    if (std::any_of(operation_.arguments.begin(), operation_.arguments.end(), declared)) {
        return find_argument(name);
    }
    if (auto found = find_of_grant(name)) {
        return found;
    }
    if (auto found = find_of_token(name)) {
        return found;
    }
    return find_ours(name);
}

request_placeholders::value request_placeholders::find_argument(std::string_view name) const {
    const auto* found = values_.arguments ? values_.arguments->find(name) : nullptr;
    return found ? unless_empty(*found) : std::nullopt;
}

request_placeholders::value request_placeholders::find_ours(std::string_view name) {
    if (!values_.who) {
        return std::nullopt;
    }
    if (name == "client_id") {
        return unless_empty(values_.who->client_id);
    }
    if (name == "client_secret") {
        return unless_empty(values_.who->client_secret.reveal());
    }
    return name == "redirect_uri" ? unless_empty(values_.who->redirect_uri) : std::nullopt;
}

request_placeholders::value request_placeholders::find_of_grant(std::string_view name) {
    if (!values_.grant) {
        return std::nullopt;
    }
    const auto& grant = *values_.grant;
    if (name == "code") {
        return unless_empty(grant.code.reveal());
    }
    if (name == "code_verifier") {
        return unless_empty(grant.code_verifier.reveal());
    }
    if (name == "redirect_uri") {
        return unless_empty(grant.redirect_uri);
    }
    if (name == "state") {
        return unless_empty(grant.state);
    }
    if (name == "scope") {
        return keep(join_scopes(grant.scopes, what_.scopes));
    }
    const auto* found = name.starts_with(of_callback) ? grant.extra.find(name.substr(of_callback.size())) : nullptr;
    return found ? unless_empty(*found) : std::nullopt;
}

request_placeholders::value request_placeholders::find_of_token(std::string_view name) {
    if (!values_.token) {
        return std::nullopt;
    }
    const auto& token = *values_.token;
    if (name == "access_token") {
        return unless_empty(token.access_token.reveal());
    }
    if (name == "refresh_token") {
        return token.refresh_token ? unless_empty(token.refresh_token->reveal()) : std::nullopt;
    }
    if (name == "token_type") {
        return unless_empty(token.token_type);
    }
    if (name == "scope") {
        return token.scopes ? keep(join_scopes(*token.scopes, what_.scopes)) : std::nullopt;
    }
    return name.starts_with(of_token) ? find_extra(name.substr(of_token.size())) : std::nullopt;
}

/// A further field of the token reply; dots lead into nested objects.
request_placeholders::value request_placeholders::find_extra(std::string_view name) {
    const boost::json::object& fields = values_.token->extra;
    const auto dot = std::min(name.find('.'), name.size());
    const auto* found = fields.if_contains({name.data(), dot});
    if (found && dot != name.size()) {
        std::string pointer(name.substr(dot));
        std::replace(pointer.begin(), pointer.end(), '.', '/');
        found = field_pointer(std::move(pointer)).find_in(*found);
    }
    auto text = text_of(found);
    return text ? keep(std::move(*text)) : std::nullopt;
}

request_placeholders::value request_placeholders::keep(std::string text) {
    return unless_empty(made_.emplace_back(std::move(text)));
}

std::string_view argument_name(std::string_view declared) noexcept {
    declared.remove_suffix(declared.ends_with('?') ? 1 : 0);
    return declared;
}

}  // namespace coauth::provider
