#include "provider/reply.hpp"

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

std::optional<std::string> claim(const json::value& reply, const field_pointer& at) {
    return at.empty() ? std::nullopt : text_of(at.find_in(reply));
}

/// Apple and others write a boolean as "true".
std::optional<bool> flag(const json::value& reply, const field_pointer& at) {
    const auto* found = at.empty() ? nullptr : at.find_in(reply);
    if (!found) {
        return std::nullopt;
    }
    if (const auto* value = found->if_bool()) {
        return *value;
    }
    const auto text = text_of(found).value_or("");
    if (text == "true" || text == "1") {
        return true;
    }
    return text == "false" || text == "0" ? std::optional(false) : std::nullopt;
}

/// A program may cut a name at a NUL, or take a line for two: then one user is taken for another.
bool has_control_character(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

result<reply_body> read_expected_body(const profile_data& what, const operation_rules& operation,
                                      const http_response& response, std::size_t max_json_depth,
                                      json::storage_ptr memory) {
    auto body = read_body(operation.format, response.body(), max_json_depth, std::move(memory));
    if (auto refusal = find_refusal(what, operation, response, body, max_json_depth)) {
        return std::move(*refusal);
    }
    if (!body.problem.empty()) {
        return reply_failure(what, operation, response, errc::malformed_reply, std::move(body.problem));
    }
    return body;
}

failure repeated_name(const profile_data& what, const operation_rules& operation, const http_response& response,
                      std::string_view name) {
    return reply_failure(what, operation, response, errc::malformed_reply,
                         "\"" + printable(name, 60) + "\" stands twice in it, and which one counts cannot be known");
}

namespace {

/// The same without a name that stands twice.
result<reply_body> read_unambiguous(const profile_data& what, const operation_rules& operation,
                                    const http_response& response, std::size_t max_json_depth,
                                    json::storage_ptr memory) {
    auto body = read_expected_body(what, operation, response, max_json_depth, std::move(memory));
    if (body && !body->repeated.empty()) {
        return repeated_name(what, operation, response, body->repeated.front());
    }
    return body;
}

result<json::value> read_expected(const profile_data& what, const operation_rules& operation,
                                  const http_response& response, std::size_t max_json_depth) {
    auto body = read_unambiguous(what, operation, response, max_json_depth, shared_reply_memory());
    if (!body) {
        return body.error();
    }
    return std::move(body->value);
}

}  // namespace

result<json::value> read_value(const profile& what, std::string_view operation, const http_response& response,
                               std::size_t max_json_depth) {
    const auto* rules = what.data().find(operation);
    if (!rules) {
        return unsupported(what.data(), operation);
    }
    return read_expected(what.data(), *rules, response, max_json_depth);
}

result<identity> read_identity(const profile& what, std::string_view operation, const http_response& response,
                               std::size_t max_json_depth) {
    const auto* rules = what.data().find(operation);
    if (!rules) {
        return unsupported(what.data(), operation);
    }
    reply_memory<2048> memory;  // of what is read, until the identity has been made of it
    const auto reply = read_unambiguous(what.data(), *rules, response, max_json_depth, &memory);
    if (!reply) {
        return reply.error();
    }
    const json::value& value = reply->value;
    const auto& at = rules->identity;
    auto subject = claim(value, at.subject);
    if (!subject) {
        return reply_failure(
            what.data(), *rules, response, errc::missing_field,
            "the subject is not at \"" + at.subject.text() + "\", or is neither a text nor an integer");
    }
    if (has_control_character(*subject)) {
        return reply_failure(what.data(), *rules, response, errc::malformed_reply,
                             "the subject at \"" + at.subject.text() + "\" holds a control character");
    }
    identity who{reply->is_json ? std::string(reply->text) : json::serialize(value)};
    who.provider = what.name();
    who.subject = std::move(*subject);
    who.name = claim(value, at.name);
    who.username = claim(value, at.username);
    who.email = claim(value, at.email);
    who.email_verified = flag(value, at.email_verified);
    who.picture = claim(value, at.picture);
    return who;
}

result<validation> read_validation(const profile& what, std::string_view operation, const http_response& response,
                                   std::size_t max_json_depth) {
    const auto* rules = what.data().find(operation);
    if (!rules) {
        return unsupported(what.data(), operation);
    }
    validation answer;
    auto reply = read_expected(what.data(), *rules, response, max_json_depth);
    if (!reply) {
        const failure& refusal = reply.error();
        if (refusal.code != errc::invalid_token && refusal.code != errc::invalid_grant) {
            return refusal;
        }
        answer.reason = refusal.provider_text.empty() ? refusal.provider_code : refusal.provider_text;
        answer.claims = read_body(rules->format, response.body(), max_json_depth, shared_reply_memory()).value;
        return answer;
    }
    answer.active = flag(*reply, {"/active"}).value_or(true);  // RFC 7662, section 2.2
    answer.subject = claim(*reply, rules->identity.subject);
    answer.claims = std::move(*reply);
    return answer;
}

}  // namespace coauth::provider
