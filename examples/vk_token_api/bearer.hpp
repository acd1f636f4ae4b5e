#pragma once

#include "jwt.hpp"
#include "problem.hpp"

#include <coauth/core/clock.hpp>

#include <string>
#include <string_view>

namespace vk_token_api {

/// Who asks, by the `Authorization` header (RFC 6750, section 2.1): the token's `sub`.
[[nodiscard]] outcome<std::string> bearer_subject(const jwt_rules& rules, std::string_view authorization,
                                                  coauth::clock::wall_time now);

}  // namespace vk_token_api
