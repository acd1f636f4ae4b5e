#include "provider/reply_json.hpp"

#include <coauth/provider/identity.hpp>

#include <utility>

namespace coauth {

identity::identity(std::string reply) : reply_(std::move(reply)) {}

boost::json::value identity::claims() const {
    return provider::parse_reply_json(reply_, provider::greatest_json_depth, {}).value;
}

}  // namespace coauth
