#pragma once

#include <coauth/core/clock.hpp>
#include <coauth/core/secret.hpp>

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace vk_token_api {

/// How a JSON Web Token (RFC 7519) is made and checked: HS256 and nothing else (RFC 8725, section 3.1).
struct jwt_rules {
    coauth::secret key;      ///< At least `least_jwt_key` bytes.
    std::string audience{};  ///< What `aud` has to hold; empty: a token with an `aud` is for somebody else.
};

/// As long as the digest (RFC 7518, section 3.2).
inline constexpr std::size_t least_jwt_key = 32;

/// What was found good in a token.
struct jwt_claims {
    std::string subject;
    coauth::clock::wall_time expires_at;
};

/// Why a token was refused, in words for the caller.
struct jwt_refusal {
    std::string why;
};

/// Checks signature (in constant time), algorithm, `exp`, `nbf`, `aud` and `sub`, in this order.
[[nodiscard]] boost::system::result<jwt_claims, jwt_refusal> verify_jwt(const jwt_rules& rules, std::string_view token,
                                                                        coauth::clock::wall_time now);

/// A token for that user. For development and tests: elsewhere the site's own sign-in makes them.
[[nodiscard]] coauth::secret mint_jwt(const jwt_rules& rules, const jwt_claims& claims);

}  // namespace vk_token_api
