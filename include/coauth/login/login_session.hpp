#pragma once

#include <coauth/cache/token_cache.hpp>
#include <coauth/cache/token_key.hpp>
#include <coauth/provider/identity.hpp>

#include <memory>
#include <optional>
#include <string>

namespace coauth {

/// What a login brought: whose it is, and the token.
struct login_session {
    /// Without a token yet.
    explicit login_session(token_key its_key) : key(std::move(its_key)) {}

    token_key key;                ///< Under which the token is in the cache, if the broker has one.
    token_ptr token;              ///< Never null.
    std::optional<identity> who;  ///< Absent where the provider does not say (its profile has no "userinfo").
    std::string return_to;        ///< From `begin_options`.
    std::string tag;              ///< From `begin_options`.
};

/// Shared by the handler of the callback and by whoever waits for the login; it does not change.
using login_session_ptr = std::shared_ptr<const login_session>;

}  // namespace coauth
