#include "provider/reply_json.hpp"

#include <coauth/provider/identity.hpp>

#include <utility>

namespace coauth {

identity::identity(std::string reply) : reply_(std::move(reply)) {}

boost::json::value identity::claims() const {
    boost::json::value claims;
    provider::read_reply_json(reply_, provider::greatest_json_depth, claims);
    return claims;
}

}  // namespace coauth
