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

std::optional<std::string_view> unless_empty(std::string_view text) noexcept {
    return text.empty() ? std::nullopt : std::optional(text);
}

std::string_view text_in(const std::string& held) noexcept {
    return held;
}

std::string_view text_in(const secret& held) noexcept {
    return held.reveal();
}

std::string_view text_in(const std::optional<secret>& held) noexcept {
    return held ? held->reveal() : std::string_view{};
}

/// Nothing where there is no `from`.
template <class From, class Held>
std::optional<std::string_view> find_in(const From* from, Held From::*held) noexcept {
    return from ? unless_empty(text_in(from->*held)) : std::nullopt;
}

std::optional<std::string_view> find_in(const parameters* given, std::string_view name) noexcept {
    const auto* found = given ? given->find(name) : nullptr;
    return found ? unless_empty(*found) : std::nullopt;
}

std::string_view behind_dot(std::string_view name) noexcept {
    return name.substr(name.find('.') + 1);
}

}  // namespace

request_placeholders::~request_placeholders() {
    for (auto& each : made_) {
        wipe(each);
    }
}

std::optional<std::string_view> request_placeholders::find(const value_name& which) {
    switch (which.kind) {
        case value_kind::argument:
            return find_in(values_.arguments, which.name);
        case value_kind::client_id:
            return find_in(values_.who, &credentials::client_id);
        case value_kind::client_secret:
            return find_in(values_.who, &credentials::client_secret);
        case value_kind::redirect_uri:
            return find_redirect_uri();
        case value_kind::scope:
            return find_scope();
        case value_kind::state:
            return find_in(values_.grant, &grant::state);
        case value_kind::code:
            return find_in(values_.grant, &grant::code);
        case value_kind::code_verifier:
            return find_in(values_.grant, &grant::code_verifier);
        case value_kind::access_token:
            return find_in(values_.token, &token::access_token);
        case value_kind::refresh_token:
            return find_in(values_.token, &token::refresh_token);
        case value_kind::token_type:
            return find_in(values_.token, &token::token_type);
        case value_kind::token_field:
            return find_token_field(behind_dot(which.name));
        case value_kind::callback_parameter:
            return find_in(values_.grant ? &values_.grant->extra : nullptr, behind_dot(which.name));
    }
    return std::nullopt;
}

/// The login's own, if it is known: the provider compares it.
request_placeholders::value request_placeholders::find_redirect_uri() const {
    const auto granted = find_in(values_.grant, &grant::redirect_uri);
    return granted ? granted : find_in(values_.who, &credentials::redirect_uri);
}

request_placeholders::value request_placeholders::find_scope() {
    auto found = values_.grant ? keep(join_scopes(values_.grant->scopes, what_.scopes)) : std::nullopt;
    if (!found && values_.token && values_.token->scopes) {
        found = keep(join_scopes(*values_.token->scopes, what_.scopes));
    }
    return found;
}

/// A further field of the token reply; dots lead into nested objects.
request_placeholders::value request_placeholders::find_token_field(std::string_view name) {
    if (!values_.token) {
        return std::nullopt;
    }
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

}  // namespace coauth::provider
