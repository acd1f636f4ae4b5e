#pragma once

#include <coauth/core/error.hpp>
#include <coauth/core/parameters.hpp>
#include <coauth/core/random.hpp>
#include <coauth/core/secret.hpp>
#include <coauth/provider/credentials.hpp>
#include <coauth/provider/profile.hpp>

#include <optional>
#include <string>
#include <vector>

namespace coauth {

/// What to ask for.
struct authorize_options {
    std::vector<std::string> scopes{};  ///< Empty: the profile's default.
    bool offline = false;  ///< Also ask for the scopes and parameters that the profile needs for a refresh token.
    parameters
        extra{};  ///< Values for the profile's optional placeholders ("force_auth"), or further query parameters.
    std::optional<std::string> state{};  ///< A state of one's own (a sealed login, say): visible ASCII, hard to
                                         ///< guess, used once. Default: 32 random bytes.
};

/// A login that has begun: where to send the browser, and what has to be kept until it comes back.
///
/// Keep it on the server, bound to the browser's session: whoever holds it can finish the login.
struct authorization {
    authorization() = default;

    std::string url;                  ///< Where the browser goes.
    std::string state;                ///< What the callback must echo, where the provider echoes it.
    secret code_verifier;             ///< PKCE (RFC 7636); empty where the profile has it off.
    std::string nonce;                ///< OpenID Connect's nonce; empty where the profile does not send one.
    std::string redirect_uri;         ///< Sent again with the exchange (RFC 6749, section 4.1.3).
    std::vector<std::string> scopes;  ///< What was asked for.
};

namespace provider {

/// Builds the authorization request (RFC 6749, section 4.1.1). Pure, but for `random`.
/// Fails with `errc::invalid_argument` where a value that the profile requires is missing or too long, the redirect URI
/// may not be used (http beyond this machine, a fragment), or `extra` names a parameter that is the profile's own.
[[nodiscard]] result<authorization> authorize(const profile& what, const credentials& who,
                                              const authorize_options& options, const random_source& random);

}  // namespace provider
}  // namespace coauth
