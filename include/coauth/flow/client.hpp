#pragma once

#include <coauth/core/clock.hpp>
#include <coauth/core/random.hpp>
#include <coauth/core/token.hpp>
#include <coauth/http/transport.hpp>
#include <coauth/provider/authorization.hpp>
#include <coauth/provider/callback.hpp>
#include <coauth/provider/credentials.hpp>
#include <coauth/provider/identity.hpp>
#include <coauth/provider/profile.hpp>
#include <coauth/provider/reply.hpp>

#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace coauth {

/// What a client may be given besides the defaults.
struct client_options {
    std::optional<std::chrono::milliseconds> timeout{};  ///< For each operation. Default: the transport's (30 s).
    std::shared_ptr<const coauth::clock> clock{};        ///< Null: the machine's.
    std::shared_ptr<const random_source> random{};       ///< Null: OpenSSL's.

    /// How deep the JSON of a reply may nest, 1 to 1000; a deeper one is `errc::malformed_reply`. 32 is several times
    /// what providers send; each level costs stack, in whatever walks the claims later too.
    std::size_t max_json_depth = provider::default_json_depth;
};

/// One application at one provider: the steps of a login, each awaited.
///
/// What is said here holds for every awaitable below.
/// - It throws `coauth::error`, whose `details()` tell step, provider, HTTP status, the provider's own words and when
///   to retry; `is_retryable` and `needs_login` tell what to do. Nothing else is thrown but `std::bad_alloc`, and what
///   a transport of one's own throws that is no `boost::system::system_error`.
/// - Nothing is repeated behind the caller's back, but for what `transport::send` allows. "Retryable" says that it does
///   no harm to make the same call again.
/// - Cancellation (terminal, partial or total) ends it with `errc::cancelled`; the connection it used is closed. A
///   coroutine that was cancelled before the operation began is ended by Asio itself, with `operation_aborted`.
/// - Arguments are taken by value, so temporaries and braces are safe in a `co_await` expression.
///
/// Copying is cheap and shares everything. Threads: any. Lifetime: the transport must outlive the client's operations;
/// the client itself need not.
class client {
public:
    /// `who` may lack what is not used: an operation that needs a value which is not there throws
    /// `errc::invalid_argument` before anything is sent. Throws it at once for a `max_json_depth` out of its range.
    client(transport& via, provider::profile what, credentials who, client_options options = {});

    [[nodiscard]] const provider::profile& profile() const noexcept;  ///< How its provider speaks.
    [[nodiscard]] const std::string& client_id() const noexcept;      ///< Who we are to it.
    [[nodiscard]] const std::string& redirect_uri() const noexcept;   ///< Where its callbacks come to; may be empty.

    /// The same client with another limit for each operation; zero or less ends them at once with a timeout.
    [[nodiscard]] client with_timeout(std::chrono::milliseconds timeout) const;

    /// Begins a login: the URL for the browser, and what to keep until it comes back (RFC 6749, section 4.1.1).
    /// No network. Throws `coauth::error` with `errc::invalid_argument`.
    [[nodiscard]] authorization authorize(const authorize_options& options = {}) const;

    /// Reads the callback of a login: a URL, a request target, a query, a fragment or a form body; state checked first
    /// (RFC 6749, section 4.1.2). No network. Throws `coauth::error` of class callback, or the provider's refusal.
    [[nodiscard]] grant read_callback(const authorization& login, std::string_view callback) const;

    /// Redeems the grant for a token (RFC 6749, section 4.1.3), or hands out the token that the callback brought.
    /// Not retryable once sent: a code is good for one use. Throws `errc::unsupported_operation` for a code where the
    /// provider has none to exchange (VK).
    [[nodiscard]] awaitable<token> exchange(grant redeemed) const;

    /// A new access token for an old one's refresh token (RFC 6749, section 6). What the reply leaves out stays as it
    /// was. Not retryable once sent: the refresh token may have been used up. Throws `errc::unsupported_operation`
    /// where the provider has no refresh, `errc::invalid_argument` where the token has no refresh token.
    [[nodiscard]] awaitable<token> refresh(token old) const;

    /// Who the token belongs to (OpenID Connect Core 1.0, section 5.3, where the provider follows it). Retryable.
    /// Throws `errc::unsupported_operation` where the provider does not say.
    [[nodiscard]] awaitable<identity> userinfo(token whose) const;

    /// Ends the token at the provider (RFC 7009 where the provider follows it). Throws `errc::unsupported_operation`
    /// where the provider has no revocation. `arguments` are those that the profile asks for (Hitbox: `user`).
    /// Retryable.
    [[nodiscard]] awaitable<void> revoke(token ended, parameters arguments = {}) const;

    /// Whether the provider still takes the token (RFC 7662 where the provider follows it). Retryable. That it does not
    /// is an answer; throws `errc::unsupported_operation` where the profile has no such operation.
    [[nodiscard]] awaitable<validation> validate(token asked) const;

    /// Any further operation of the profile: `call("list_apps", {{"user", "ann"}}, token)`. Returns its JSON, a form's
    /// fields as an object, a text as a string, or null. Retryable if the profile says that it is idempotent. Throws
    /// `errc::unsupported_operation` for an unknown name, `errc::invalid_argument` for an argument that is missing or
    /// unknown.
    [[nodiscard]] awaitable<boost::json::value> call(std::string operation, parameters arguments = {},
                                                     token with = {}) const;

private:
    struct state;
    struct steps;
    explicit client(std::shared_ptr<const state> shared) noexcept;

    std::shared_ptr<const state> state_;
};

}  // namespace coauth
