#include "provider/token_fields.hpp"

#include "core/ascii.hpp"
#include "provider/expiry.hpp"
#include "provider/reply_members.hpp"
#include "provider/reply_value.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <utility>

namespace coauth::provider {
namespace {

namespace json = boost::json;

failure unreadable(errc code, std::string detail) {
    failure what;
    what.code = code;
    what.detail = std::move(detail);
    return what;
}

std::string quoted(const field_pointer& at) {
    return "\"" + std::string(at.name()) + "\"";
}

/// A token is made of visible ASCII characters (RFC 6749, appendix A.12).
bool is_sendable(std::string_view text) noexcept {
    return all_between(text, '!', '~');
}

/// The text of the token at `at`; an empty one where there is none.
result<std::string_view> read_secret(const reply_value& from, const field_pointer& at) {
    const auto found = at.empty() ? reply_value() : at.find_in(from);
    if (!found) {
        return std::string_view();
    }
    const auto* text = found.get_if<std::string_view>();
    if (!text) {
        return unreadable(errc::missing_field, quoted(at) + " is no text");
    }
    if (!is_sendable(*text)) {
        return unreadable(errc::malformed_reply, quoted(at) + " holds a character that no token has");
    }
    return *text;
}

std::vector<std::string> split(std::string_view text, std::string_view separator) {
    std::vector<std::string> parts;
    parts.reserve(1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), separator.front())));
    while (!text.empty()) {
        const auto part = text.substr(0, text.find(separator));
        if (!part.empty()) {
            parts.emplace_back(part);
        }
        text.remove_prefix(std::min(part.size() + separator.size(), text.size()));
    }
    return parts;
}

bool is_object(const reply_value& value) noexcept {
    return value.members() || (value.json() && value.json()->is_object());
}

bool all_texts(const json::array& array) noexcept {
    return std::all_of(array.begin(), array.end(), [](const json::value& each) { return each.is_string(); });
}

/// What was granted; absent where the reply does not say.
std::optional<std::vector<std::string>> read_scopes(const token_rules& rules, std::string_view separator,
                                                    const reply_value& from, std::vector<std::string>& warnings) {
    const auto found = rules.scope.empty() ? reply_value() : rules.scope.find_in(from);
    if (!found) {
        return std::nullopt;
    }
    if (const auto* text = found.get_if<std::string_view>()) {
        return split(*text, rules.scope_separator.empty() ? separator : rules.scope_separator);
    }
    const auto* array = found.json() ? found.json()->if_array() : nullptr;
    if (array && all_texts(*array)) {
        std::vector<std::string> scopes;
        for (const auto& each : *array) {
            scopes.emplace_back(std::string_view(each.get_string()));
        }
        return scopes;
    }
    warnings.push_back(quoted(rules.scope) + " is neither a text nor a list of texts");
    return std::nullopt;
}

std::string lower(std::string_view text) {
    std::string made(text);
    std::transform(made.begin(), made.end(), made.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return made;
}

/// What is wrong with the token type, if the token cannot be used for it.
std::optional<failure> read_type(const token_rules& rules, const reply_value& from, token& into) {
    const auto type = rules.token_type.empty() ? std::nullopt : text_of(rules.token_type.find_in(from));
    if (!type) {
        return rules.token_type_required
                   ? std::optional(unreadable(errc::missing_field, quoted(rules.token_type) + " is missing"))
                   : std::nullopt;
    }
    if (*type == "Bearer") {
        into.token_type = *type;
        return std::nullopt;
    }
    into.token_type = printable(*type, 60);
    return lower(*type) == "bearer"
               ? std::nullopt
               : std::optional(unreadable(errc::unknown_token_type, "\"" + into.token_type + "\" is not \"Bearer\""));
}

/// Whether a field of that name is read by a rule. A pointer that goes deeper names none: such a dialect has a `root`.
bool is_known(const token_rules& rules, std::string_view name) noexcept {
    const auto is_at = [&](const field_pointer& at) { return at.name() == name; };
    const auto has_it = [&](const auto& list) {
        return std::any_of(list.begin(), list.end(), [&](const auto& rule) { return is_at(rule.at); });
    };
    return is_at(rules.access_token) || is_at(rules.refresh_token) || is_at(rules.token_type) || is_at(rules.scope) ||
           has_it(rules.expires) || has_it(rules.refresh_expires);
}

void keep_previous(const token& previous, token& read) {
    read.token_type = previous.token_type;
    read.refresh_token = previous.refresh_token;
    read.refresh_expires_at = previous.refresh_expires_at;
    read.scopes = previous.scopes;
    read.extra = previous.extra;
}

template <class Visit>
void for_each_member(const reply_value& of, const Visit& visit) {
    if (const auto* members = of.members()) {
        for (const auto& each : *members) {
            visit(each.name, each.value);
        }
    } else if (is_object(of)) {
        for (const auto& each : of.json()->get_object()) {
            visit(each.key(), each.value());
        }
    }
}

/// The fields around the object that holds the token are kept too; its own stand before those of the same name.
void keep_further(const token_rules& rules, const reply_value& reply, const reply_value& from, json::object& extra) {
    if (!rules.root.empty()) {
        const auto root = rules.root.name();
        for_each_member(reply, [&](std::string_view name, const reply_value& value) {
            if (name != root.substr(0, root.find('/'))) {
                extra[name] = to_json(value);
            }
        });
    }
    for_each_member(from, [&](std::string_view name, const reply_value& value) {
        if (!is_known(rules, name)) {
            extra[name] = to_json(value);
        }
    });
}

}  // namespace

result<token> read_token_fields(const token_rules& rules, std::string_view scope_separator, const reply_value& reply,
                                const arrival& received, const token* previous) {
    const auto from = rules.root.find_in(reply);
    if (!is_object(from)) {
        return unreadable(errc::missing_field, rules.root.empty() ? std::string("the reply holds no fields")
                                                                  : quoted(rules.root) + " is missing or is no object");
    }
    const auto access = read_secret(from, rules.access_token);
    if (!access) {
        return access.error();
    }
    if (access->empty()) {
        return unreadable(errc::missing_field, quoted(rules.access_token) + " is missing or empty");
    }
    const auto refresh = read_secret(from, rules.refresh_token);
    if (!refresh) {
        return refresh.error();
    }
    token read{secret{std::string(*access)}};
    if (previous) {
        keep_previous(*previous, read);
    }
    if (secret said{std::string(*refresh)}; !said.empty() && read.refresh_token != said) {
        read.refresh_token = std::move(said);
        read.refresh_expires_at.reset();
    }
    if (auto wrong = read_type(rules, from, read)) {
        if (!previous) {
            return std::move(*wrong);
        }
        read.warnings.push_back(std::move(wrong->detail));
    }
    read.issued_at = received.at;
    read.expires_at = read_expiry(rules.expires, rules.zero, rules.default_lifetime, from, received, read.warnings);
    // Whatever 0 means for an access token, a refresh token that comes with one does not end (Keycloak's offline
    // tokens).
    if (auto end = read_expiry(rules.refresh_expires, zero_expiry::never, {}, from, received, read.warnings)) {
        read.refresh_expires_at = end;
    }
    if (auto scopes = read_scopes(rules, scope_separator, from, read.warnings)) {
        read.scopes = std::move(scopes);
    }
    keep_further(rules, reply, from, read.extra);
    return read;
}

}  // namespace coauth::provider
