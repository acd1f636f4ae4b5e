#pragma once

#include <coauth/core/clock.hpp>
#include <coauth/core/error.hpp>
#include <coauth/core/secret.hpp>

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace coauth {

/// What a provider issued: the access token and what is known of it (RFC 6749, section 5.1).
///
/// It has constructors, so it is not an aggregate and may be written in braces in a `co_await` expression.
struct token {
    token() = default;
    explicit token(secret access) : access_token(std::move(access)) {}  ///< Of which nothing else is known.

    secret access_token;                                 ///< What an API call carries.
    std::string token_type;                              ///< "Bearer" and the like; empty where the dialect has none.
    std::optional<secret> refresh_token;                 ///< Absent: it cannot be refreshed.
    std::optional<clock::wall_time> issued_at;           ///< When the reply was read.
    std::optional<clock::wall_time> expires_at;          ///< Absent: no stated end.
    std::optional<clock::wall_time> refresh_expires_at;  ///< When the refresh token ends, if it was said.

    /// What was granted. Absent means that the provider did not say, which is not the same as nothing.
    std::optional<std::vector<std::string>> scopes;

    /// Every further field of the reply (`id_token`, `user_id`, ...), as it came. May hold secrets: do not log it.
    boost::json::object extra;

    /// Optional fields of the reply that could not be read ("expires_in is negative"); they cost nobody the token.
    std::vector<std::string> warnings;

    /// Whether its stated end has passed at `now`; false where none is stated.
    [[nodiscard]] bool expired(clock::wall_time now) const noexcept { return expires_at && *expires_at <= now; }
};

/// The token as JSON, secrets included: for a store of one's own or a file that only its owner reads.
/// Times are Unix seconds. `read_token_json` reads it back. Its memory is not wiped.
[[nodiscard]] boost::json::object reveal(const token& value);

/// Reads what `reveal` wrote; unknown members go to `extra`. Fails with `errc::invalid_argument`.
[[nodiscard]] result<token> read_token_json(const boost::json::value& json);

}  // namespace coauth
