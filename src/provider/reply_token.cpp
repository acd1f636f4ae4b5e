#include "provider/arrival.hpp"
#include "provider/reply.hpp"
#include "provider/reply_error.hpp"
#include "provider/reply_memory.hpp"
#include "provider/step_failure.hpp"
#include "provider/token_fields.hpp"

#include <coauth/provider/reply.hpp>

#include <algorithm>

namespace coauth::provider {
namespace {

bool is_last_part(std::string_view name, std::string_view pointer) noexcept {
    return !pointer.empty() && pointer.substr(pointer.rfind('/') + 1) == name;
}

result<token> token_of(const profile_data& what, const operation_rules& rules, const reply_body& reply,
                       const http_response& response, clock::wall_time received_at, const token* previous) {
    auto read = read_token_fields(rules.token, what.scopes.separator, reply.root(), arrival_of(response, received_at),
                                  previous);
    if (!read) {
        read = reply_failure(what, rules, response, read.error().code, read.error().detail);
        return read;
    }
    for (const auto& name : reply.repeated) {
        read->warnings.push_back("\"" + printable(name, 60) + "\" stands twice");
    }
    return read;
}

}  // namespace

result<token> read_token(const profile& what, std::string_view operation, const http_response& response,
                         clock::wall_time received_at, const token* previous, std::size_t max_json_depth,
                         const request_values* sent) {
    const auto& data = what.data();
    const auto* rules = data.find(operation);
    if (!rules) {
        return unsupported(data, operation);
    }
    reply_memory<2048> memory;  // of what is read, until the token has been made of it
    reply_body reply(reply_body::purpose::look_at, &memory);
    if (auto refusal = read_expected_body(data, *rules, response, max_json_depth, sent, reply)) {
        return std::move(*refusal);
    }
    const auto repeated = std::find_if(reply.repeated.begin(), reply.repeated.end(), [&](std::string_view name) {
        return !previous || is_last_part(name, rules->token.access_token.text()) ||
               is_last_part(name, rules->token.refresh_token.text());
    });
    if (repeated != reply.repeated.end()) {
        return repeated_name(data, *rules, response, *repeated);
    }
    return token_of(data, *rules, reply, response, received_at, previous);
}

}  // namespace coauth::provider
