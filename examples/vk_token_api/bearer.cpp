#include "bearer.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include <utility>

namespace vk_token_api {

outcome<std::string> bearer_subject(const jwt_rules& rules, std::string_view authorization,
                                    coauth::clock::wall_time now) {
    constexpr std::string_view scheme = "Bearer ";
    if (!boost::algorithm::istarts_with(authorization, scheme)) {
        return not_authenticated("There is no bearer token");
    }
    authorization.remove_prefix(scheme.size());
    authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
    auto claims = verify_jwt(rules, authorization, now);
    if (!claims) {
        return not_authenticated(claims.error().why);
    }
    return std::move(claims->subject);
}

}  // namespace vk_token_api
