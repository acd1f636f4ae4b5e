#include "provider/reply.hpp"

#include "provider/reply_body.hpp"
#include "provider/reply_error.hpp"
#include "provider/reply_memory.hpp"
#include "provider/reply_value.hpp"
#include "provider/step_failure.hpp"

#include <coauth/provider/reply.hpp>

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace coauth::provider {
namespace {

namespace json = boost::json;

std::optional<std::string> claim(const json::value& reply, const std::string& at) {
    return at.empty() ? std::nullopt : text_of(find_at(reply, at));
}

/// Apple and others write a boolean as "true".
std::optional<bool> flag(const json::value& reply, const std::string& at) {
    const auto* found = at.empty() ? nullptr : find_at(reply, at);
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

result<json::value> read_expected(const profile_data& what, const operation_rules& operation,
                                  const http_response& response, std::size_t max_json_depth) {
    auto body = read_expected_body(what, operation, response, max_json_depth, shared_reply_memory());
    if (!body) {
        return body.error();
    }
    if (!body->repeated.empty()) {
        return repeated_name(what, operation, response, body->repeated.front());
    }
    return std::move(body->value);
}

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
    auto reply = read_expected(what.data(), *rules, response, max_json_depth);
    if (!reply) {
        return reply.error();
    }
    const auto& at = rules->identity;
    auto subject = claim(*reply, at.subject);
    if (!subject) {
        return reply_failure(what.data(), *rules, response, errc::missing_field,
                             "the subject is not at \"" + at.subject + "\", or is neither a text nor an integer");
    }
    if (has_control_character(*subject)) {
        return reply_failure(what.data(), *rules, response, errc::malformed_reply,
                             "the subject at \"" + at.subject + "\" holds a control character");
    }
    identity who{std::move(*reply)};
    who.provider = what.name();
    who.subject = std::move(*subject);
    who.name = claim(who.claims, at.name);
    who.username = claim(who.claims, at.username);
    who.email = claim(who.claims, at.email);
    who.email_verified = flag(who.claims, at.email_verified);
    who.picture = claim(who.claims, at.picture);
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
    answer.active = flag(*reply, "/active").value_or(true);  // RFC 7662, section 2.2
    answer.subject = claim(*reply, rules->identity.subject);
    answer.claims = std::move(*reply);
    return answer;
}

}  // namespace coauth::provider
