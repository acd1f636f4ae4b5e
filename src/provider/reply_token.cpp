#include "provider/reply.hpp"
#include "provider/reply_error.hpp"
#include "provider/step_failure.hpp"
#include "provider/token_fields.hpp"

#include <coauth/provider/reply.hpp>

namespace coauth::provider {

result<token> read_token(const profile& what, std::string_view operation, const http_response& response,
                         clock::wall_time received_at, const token* previous) {
    const auto& data = what.data();
    const auto* rules = data.find(operation);
    if (!rules) {
        return unsupported(data, operation);
    }
    const auto reply = read_expected(data, *rules, response);
    if (!reply) {
        return reply.error();
    }
    auto read = read_token_fields(rules->token, data.scopes.separator, *reply, received_at, previous);
    if (!read) {
        return reply_failure(data, *rules, response, read.error().code, read.error().detail);
    }
    return read;
}

}  // namespace coauth::provider
