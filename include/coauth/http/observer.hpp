#pragma once

#include <coauth/core/error.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace coauth {

/// Why a connection was closed.
enum class close_reason {
    idle,              ///< Unused for the idle time.
    age,               ///< Older than the connection age.
    peer_closed,       ///< The peer closed it while it was idle.
    unexpected_bytes,  ///< The peer sent bytes that belong to no request.
    peer_wish,         ///< The answer said `Connection: close`, or ended with the connection.
    failed,            ///< An exchange failed.
    cancelled,         ///< An exchange was cancelled.
    timeout,           ///< An exchange ran out of time.
    shut_down,         ///< The pool ended.
};

/// The name of the value as written above ("peer_closed"). Static storage.
[[nodiscard]] std::string_view name_of(close_reason reason) noexcept;

/// A connection, as an observer sees it. The views live as long as the call.
struct connection_event {
    std::uint64_t connection = 0;  ///< Counts up from 1 in each pool.
    std::string_view origin;       ///< "https://api.example:443"
    std::string_view address;      ///< The peer's address and port.
    std::string_view tls_version;  ///< "TLSv1.3"
    bool resumed = false;          ///< A TLS session was resumed.
};

/// A request, as an observer sees it: never a secret, a body, or a header's value. The views live as long as the call.
struct request_event {
    std::uint64_t request = 0;     ///< Counts up from 1 in each pool.
    std::uint64_t connection = 0;  ///< 0 until it has one.
    std::string_view method;       ///< "POST"
    std::string_view url;          ///< `http_request::safe_url`: placeholders stand where secrets are.
    std::string_view provider;     ///< The profile's name; empty for a request that no profile built.
    std::string_view operation;    ///< "exchange", "list_apps"
    bool reused = false;           ///< On a connection that had served before.
    unsigned attempt = 1;          ///< 2 and more for a replay.
};

/// How long the phases of a request took; zero for those it did not have.
struct request_durations {
    std::chrono::nanoseconds waiting{};     ///< For a connection of the pool.
    std::chrono::nanoseconds connecting{};  ///< Resolving and connecting, the proxy's tunnel too.
    std::chrono::nanoseconds handshake{};   ///< TLS.
    std::chrono::nanoseconds first_byte{};  ///< From the start of sending to the answer's first byte.
    std::chrono::nanoseconds total{};       ///< From `send` to the end; replays too.
};

/// Told what a pool does: for logs, metrics and traces. Each function does nothing unless overridden.
///
/// Called from whatever thread the pool works on, several at once, without any lock held. It must be quick and must not
/// throw; what it throws is dropped. Of a connection `connection_opened` comes first; where another thread closes it at
/// that moment, `connection_reused` may come after `connection_closed`.
class observer {
public:
    virtual ~observer() = default;

    virtual void request_started(const request_event&) {}                     ///< It may have no connection yet.
    virtual void connection_opened(const connection_event&) {}                ///< TLS is agreed and verified.
    virtual void connection_reused(const connection_event&) {}                ///< It serves one more request.
    virtual void connection_closed(const connection_event&, close_reason) {}  ///< At most once of each.

    /// The status is 0 where there is a failure instead.
    virtual void request_ended(const request_event&, unsigned /*status*/, const failure* /*failed*/,
                               const request_durations&) {}
};

}  // namespace coauth
