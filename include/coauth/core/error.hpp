#pragma once

#include <boost/system/result.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace coauth {

/// What went wrong. Each value belongs to one `failure_class`; see docs/errors.md for cause and cure of each.
enum class errc {
    // The program or its configuration: nothing was sent.
    invalid_profile = 1,    ///< A profile cannot be used; the text names file, place and mend.
    unknown_provider,       ///< No built-in profile has this name.
    unsupported_operation,  ///< The provider has no such operation (say, no revocation).
    invalid_argument,       ///< A value is missing, or may not be sent (a line break in a header, an http URL).

    // A callback that must not be accepted.
    callback_malformed,            ///< Not a callback of this provider: unreadable, or nothing of it is there.
    callback_duplicate_parameter,  ///< A parameter came twice (RFC 6749, section 3.1).
    callback_state_missing,        ///< The state that the provider should have echoed is not there.
    callback_state_mismatch,       ///< The state is not the one of this login: a forged or an old callback.
    callback_issuer_mismatch,      ///< `iss` names another issuer (RFC 9207).
    callback_contradictory,        ///< Both a code and an error, or a code and a token.
    callback_code_missing,         ///< Neither a code nor a token nor an error.

    // The provider refused, in OAuth's words (RFC 6749, sections 4.1.2.1 and 5.2; RFC 6750, section 3.1).
    access_denied,              ///< The user, or the provider for them, said no.
    invalid_request,            ///< The provider found the request malformed.
    invalid_client,             ///< Client id or secret are wrong.
    invalid_grant,              ///< Code or refresh token are wrong, expired, revoked or used before: log in again.
    unauthorized_client,        ///< This client may not do that.
    unsupported_grant_type,     ///< The provider does not know this grant.
    unsupported_response_type,  ///< The provider does not know this response type.
    invalid_scope,              ///< A scope is unknown or not allowed.
    invalid_token,              ///< The access token is wrong, expired or revoked: refresh or log in again.
    insufficient_scope,         ///< The token may not do that.
    server_error,               ///< The provider failed.
    temporarily_unavailable,    ///< The provider is overloaded or under maintenance.
    rate_limited,               ///< Too many requests; see `retry_after`.
    provider_error,             ///< An error of the provider's own, mapped to nothing; its words are kept.

    // An HTTP answer without an OAuth error in it.
    http_status,  ///< A status that the operation does not expect.

    // An answer that cannot be understood or is not allowed.
    malformed_reply,       ///< The body is not what the profile says (not JSON, say).
    missing_field,         ///< A required field is absent, empty or of another type.
    unknown_token_type,    ///< A token type that this library cannot use.
    malformed_http,        ///< Not HTTP, or against RFC 9112 (conflicting lengths, a bad chunk).
    incomplete_http,       ///< The connection ended in the middle of the answer.
    too_large,             ///< Header, body, or the number of fields is over its limit.
    unsupported_encoding,  ///< A transfer or content coding that was not asked for.
    redirect_refused,      ///< The provider redirects; credentials do not follow redirects.

    // TLS.
    tls_handshake_failed,       ///< No handshake: protocol, cipher or alert.
    tls_certificate_untrusted,  ///< Chain, dates, purpose or name of the certificate do not verify.
    tls_configuration,          ///< A CA file, certificate or key cannot be used.

    // Time.
    timeout,            ///< The whole operation took longer than its deadline.
    timeout_waiting,    ///< No connection became free in time.
    timeout_resolve,    ///< The name was not resolved in time.
    timeout_connect,    ///< No address took the connection in time.
    timeout_handshake,  ///< TLS was not agreed in time.
    timeout_response,   ///< The first byte of the answer did not come in time.

    // The network, and this side of it.
    resolve_failed,    ///< The name has no address.
    connect_failed,    ///< No address of the name took the connection.
    connection_lost,   ///< The connection broke before an answer was complete.
    proxy_refused,     ///< The proxy did not open the tunnel.
    too_many_waiting,  ///< The queue for this origin is full; nothing was sent.
    shut_down,         ///< The pool was destroyed or closed meanwhile.

    // The caller.
    cancelled,  ///< The caller cancelled the operation.

    // The token cache.
    no_token,       ///< Nothing is kept under this key: log in.
    token_expired,  ///< The token has ended and cannot be refreshed: log in again.
    circuit_open,   ///< The provider failed again and again; it is left in peace for a while. See `retry_after`.

    // A store of tokens.
    store_failed,      ///< The store could not be read or written.
    store_locked,      ///< Another process holds the store.
    store_full,        ///< There is no room for the store to grow.
    store_damaged,     ///< The store, or a record in it, is not what a store writes.
    store_version,     ///< The store was written by a newer version of this library.
    unsealing_failed,  ///< Sealed under another key, cut, altered, or moved.

    // Logins under way.
    callback_login_unknown,    ///< No login under way has this state or cookie: it has ended, or was begun elsewhere.
    callback_cookie_missing,   ///< The browser has no cookie of this login: it did not begin it, or lost it.
    callback_cookie_mismatch,  ///< The cookie is not the one that this login was begun with.
    callback_wrong_provider,   ///< It came to another provider's redirect URI.
    too_many_logins,           ///< There is no room for another login under way.
    login_expired,             ///< The user did not come back in time.
    login_displaced,           ///< The login had to make room for another of the same address.
    login_abandoned,           ///< The login was given up.
};

/// The class of a failure: what kind of thing went wrong, whatever the provider called it.
enum class failure_class {
    configuration,  ///< Usage or profile: mend the program.
    callback,       ///< A callback was refused: begin the login again.
    refused,        ///< The provider refused, as OAuth errors do.
    http,           ///< An HTTP status without an OAuth error.
    protocol,       ///< An answer that is not understood or not allowed.
    tls,            ///< TLS did not come about.
    timeout,        ///< A deadline passed.
    network,        ///< Name, connection, proxy or pool.
    cancelled,      ///< The caller's own wish.
    login,          ///< No usable token is there: log in.
    store,          ///< The store of tokens.
};

/// The class of a failure with this value.
[[nodiscard]] failure_class class_of(errc code) noexcept;

/// The name of the value as written above ("invalid_grant"): for logs, metrics and JSON. Static storage.
[[nodiscard]] std::string_view name_of(errc code) noexcept;

/// The same for a class ("timeout").
[[nodiscard]] std::string_view name_of(failure_class value) noexcept;

/// The standard's error word ("invalid_grant") as an `errc`; nothing if the standard does not have it.
[[nodiscard]] std::optional<errc> oauth_errc(std::string_view word) noexcept;

/// The category of the error codes that hold an `errc`; its name is "coauth".
[[nodiscard]] const boost::system::error_category& error_category() noexcept;

/// The value as an error code of that category; found by argument-dependent lookup, so that an `errc` is one.
[[nodiscard]] boost::system::error_code make_error_code(errc code) noexcept;

/// Everything that is known of a failure. No member ever holds a secret.
///
/// `provider_code` and `provider_text` are the provider's own words. They are untrusted: they are kept to one line,
/// control characters escaped, at most 500 bytes, but treat them as data (escape them before HTML).
struct failure {
    errc code{};                                        ///< What went wrong.
    std::string step{};                                 ///< "exchange", "callback", "userinfo", an operation's name.
    std::string provider{};                             ///< The profile's name.
    std::string detail{};                               ///< What happened and what to do, in our words; one line.
    unsigned http_status = 0;                           ///< 0 where there was no answer.
    std::string provider_code{};                        ///< The provider's code, untrusted.
    std::string provider_text{};                        ///< The provider's text, untrusted.
    std::optional<std::chrono::seconds> retry_after{};  ///< From `Retry-After` (RFC 9110, section 10.2.3).
    bool request_sent = false;                          ///< A byte of the request may have reached the provider.
    bool repeatable = true;                             ///< Sending the request twice does no harm.

    /// One line for people: step, provider, what happened, the provider's words, what to do.
    [[nodiscard]] std::string message() const;
};

/// What every awaitable of this library throws, and what `result<T>::value()` throws.
class error : public boost::system::system_error {
public:
    /// Throws `std::bad_alloc` only.
    explicit error(failure what);

    /// The same as `failure::message()`; one line, without secrets.
    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

    [[nodiscard]] errc reason() const noexcept { return failure_.code; }        ///< `code()` as the value it is.
    [[nodiscard]] const failure& details() const noexcept { return failure_; }  ///< All that is known.

private:
    failure failure_;
    std::string message_;
};

/// The same request may succeed later without anybody doing anything, and sending it again does no harm. An exchange or
/// refresh that may have been read (`request_sent`, not `repeatable`) is retryable only where the provider said that it
/// did nothing (429, 503), whatever its words: a code and most refresh tokens are good for one use.
[[nodiscard]] bool is_retryable(const failure& what) noexcept;

/// Only a new login by the user mends this.
[[nodiscard]] bool needs_login(const failure& what) noexcept;

/// What a function that needs no network returns; `.value()` throws `coauth::error`.
template <class T>
using result = boost::system::result<T, failure>;

/// Customisation point of `boost::system::result`.
[[noreturn]] void throw_exception_from_error(const failure& what, const boost::source_location&);

/// `text` on one line of at most `limit` bytes: control characters and invalid UTF-8 escaped, cut with "...".
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 500);

}  // namespace coauth

/// An `errc` is a `boost::system::error_code`.
template <>
struct boost::system::is_error_code_enum<coauth::errc> : std::true_type {};
