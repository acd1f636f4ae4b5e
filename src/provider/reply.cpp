#include "provider/reply.hpp"

#include "core/ascii.hpp"
#include "provider/reply_body.hpp"
#include "provider/reply_error.hpp"
#include "provider/reply_memory.hpp"
#include "provider/reply_value.hpp"
#include "provider/step_failure.hpp"

#include <coauth/provider/reply.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace coauth::provider {
namespace {

namespace json = boost::json;

std::optional<std::string> claim(const reply_value& reply, const field_pointer& at) {
    return at.empty() ? std::nullopt : text_of(at.find_in(reply));
}

/// Apple and others write a boolean as "true".
std::optional<bool> flag(const reply_value& reply, const field_pointer& at) {
    const auto found = at.empty() ? reply_value() : at.find_in(reply);
    if (const auto* truth = found.get_if<bool>()) {
        return *truth;
    }
    const auto text = text_of(found).value_or("");
    if (text == "true" || text == "1") {
        return true;
    }
    return text == "false" || text == "0" ? std::optional(false) : std::nullopt;
}

/// What a reply that refuses nothing says of a token; nothing where it says neither.
std::optional<bool> validity(const operation_rules& operation, const json::value& reply) {
    if (operation.format == reply_format::none) {
        return true;
    }
    if (const auto* object = reply.if_object(); object && object->contains("active")) {
        return flag(reply, {"/active"});  // RFC 7662, section 2.2
    }
    if (const auto* word = reply.if_bool()) {
        return *word;
    }
    return is_empty(reply) ? std::nullopt : std::optional{true};
}

/// A program may cut a name at a NUL, or take a line for two: then one user is taken for another.
bool has_control_character(std::string_view text) noexcept {
    return !all_between(text, ' ', '~') &&
           std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

std::optional<failure> read_expected_body(const profile_data& what, const operation_rules& operation,
                                          const http_response& response, std::size_t max_json_depth,
                                          const request_values* sent, reply_body& into) {
    read_body(operation.format, response.body(), max_json_depth, into);
    auto refusal = find_refusal(what, operation, response, into, max_json_depth, sent);
    if (!refusal && !into.problem.empty()) {
        refusal = reply_failure(what, operation, response, errc::malformed_reply, std::move(into.problem));
    }
    return refusal;
}

failure repeated_name(const profile_data& what, const operation_rules& operation, const http_response& response,
                      std::string_view name) {
    return reply_failure(what, operation, response, errc::malformed_reply,
                         "\"" + printable(name, 60) + "\" stands twice in it, and which one counts cannot be known");
}

namespace {

/// The same without a name that stands twice.
std::optional<failure> read_unambiguous(const profile_data& what, const operation_rules& operation,
                                        const http_response& response, std::size_t max_json_depth,
                                        const request_values* sent, reply_body& into) {
    auto refusal = read_expected_body(what, operation, response, max_json_depth, sent, into);
    if (!refusal && !into.repeated.empty()) {
        refusal = repeated_name(what, operation, response, into.repeated.front());
    }
    return refusal;
}

result<json::value> read_expected(const profile_data& what, const operation_rules& operation,
                                  const http_response& response, std::size_t max_json_depth,
                                  const request_values* sent) {
    reply_body body(reply_body::purpose::hand_on, shared_reply_memory());
    if (auto refusal = read_unambiguous(what, operation, response, max_json_depth, sent, body)) {
        return std::move(*refusal);
    }
    return std::move(body.value);
}

/// Of a reply whose subject is known.
result<identity> identity_of(const profile& what, const identity_rules& at, const reply_body& body,
                             std::string subject) {
    const reply_value reply = body.root();
    result<identity> made{body.is_json ? std::string(body.text) : json::serialize(body.value)};
    made->provider = what.name();
    made->subject = std::move(subject);
    made->name = claim(reply, at.name);
    made->username = claim(reply, at.username);
    made->email = claim(reply, at.email);
    made->email_verified = flag(reply, at.email_verified);
    made->picture = claim(reply, at.picture);
    return made;
}

}  // namespace

result<json::value> read_value(const profile& what, std::string_view operation, const http_response& response,
                               std::size_t max_json_depth, const request_values* sent) {
    const auto* rules = what.data().find(operation);
    if (!rules) {
        return unsupported(what.data(), operation);
    }
    return read_expected(what.data(), *rules, response, max_json_depth, sent);
}

result<identity> read_identity(const profile& what, std::string_view operation, const http_response& response,
                               std::size_t max_json_depth, const request_values* sent) {
    const auto* rules = what.data().find(operation);
    if (!rules) {
        return unsupported(what.data(), operation);
    }
    reply_memory<2048> memory;  // of what is read, until the identity has been made of it
    reply_body body(reply_body::purpose::look_at, &memory);
    if (auto refusal = read_unambiguous(what.data(), *rules, response, max_json_depth, sent, body)) {
        return std::move(*refusal);
    }
    const auto& at = rules->identity;
    auto subject = claim(body.root(), at.subject);
    if (!subject) {
        return reply_failure(
            what.data(), *rules, response, errc::missing_field,
            "the subject is not at \"" + at.subject.text() + "\", or is neither a text nor an integer");
    }
    if (has_control_character(*subject)) {
        return reply_failure(what.data(), *rules, response, errc::malformed_reply,
                             "the subject at \"" + at.subject.text() + "\" holds a control character");
    }
    return identity_of(what, at, body, std::move(*subject));
}

result<validation> read_validation(const profile& what, std::string_view operation, const http_response& response,
                                   std::size_t max_json_depth, const request_values* sent) {
    const auto* rules = what.data().find(operation);
    if (!rules) {
        return unsupported(what.data(), operation);
    }
    validation answer;
    auto reply = read_expected(what.data(), *rules, response, max_json_depth, sent);
    if (!reply) {
        const failure& refusal = reply.error();
        if (refusal.code != errc::invalid_token && refusal.code != errc::invalid_grant) {
            return refusal;
        }
        answer.reason = refusal.provider_text.empty() ? refusal.provider_code : refusal.provider_text;
        reply_body body(reply_body::purpose::hand_on, shared_reply_memory());
        read_body(rules->format, response.body(), max_json_depth, body);
        answer.claims = std::move(body.value);
        return answer;
    }
    const std::optional<bool> active = validity(*rules, *reply);
    if (!active) {
        return reply_failure(what.data(), *rules, response, errc::malformed_reply,
                             "it does not say whether the token is good");
    }
    answer.active = *active;
    answer.subject = claim(*reply, rules->identity.subject);
    answer.claims = std::move(*reply);
    return answer;
}

}  // namespace coauth::provider
