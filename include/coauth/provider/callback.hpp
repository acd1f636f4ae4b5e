#pragma once

#include <coauth/core/parameters.hpp>
#include <coauth/core/token.hpp>
#include <coauth/provider/authorization.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace coauth {

/// What a callback brought: a code to exchange, or (VK, Hitbox) the token itself. Either way `client::exchange` takes
/// it.
struct grant {
    grant() = default;

    /// A code that was received by other means than `read_callback`.
    explicit grant(secret received) : code(std::move(received)) {}

    secret code;                      ///< Empty where `issued` holds the token.
    std::optional<token> issued;      ///< The token, where the callback brought it; `exchange` then needs no request.
    secret code_verifier;             ///< From the authorization.
    std::string redirect_uri;         ///< From the authorization.
    std::string state;                ///< From the authorization; a few providers want it again.
    std::vector<std::string> scopes;  ///< What was asked for.
    parameters extra;                 ///< Further values of the callback (`device_id`, `shop`).
};

namespace provider {

/// Reads the callback of a login (RFC 6749, sections 4.1.2 and 4.2.2). Pure.
///
/// `callback` is what came back, in any of its forms: a whole URL, a request target ("/callback?code=..."), a query, a
/// fragment, or the body of a form post. It is checked in a fixed order: readable, no parameter twice, state (in
/// constant time), issuer, error, code.
///
/// A refusal without a state is told as the refusal that it is, since some providers send it so and nothing is
/// redeemed; a refusal with another login's state is a mismatch.
///
/// Fails with a value of the callback class, or with the provider's refusal (`errc::access_denied` and its like).
/// `received_at` is when a token that it carries was issued.
[[nodiscard]] result<grant> read_callback(const profile& what, const authorization& login, std::string_view callback,
                                          clock::wall_time received_at);

/// The state that a callback brings, of which login it may be; unchecked. Empty where it has none, or cannot be read.
[[nodiscard]] std::string callback_state(const profile& what, std::string_view callback);

}  // namespace provider
}  // namespace coauth
