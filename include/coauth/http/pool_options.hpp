#pragma once

#include <coauth/core/clock.hpp>
#include <coauth/core/secret.hpp>
#include <coauth/http/observer.hpp>
#include <coauth/http/resolver.hpp>
#include <coauth/http/tls_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coauth {

/// Connect elsewhere than a URL says, as curl's `--connect-to` does. SNI, `Host` and the certificate's name stay the
/// URL's.
struct connect_override {
    std::string host{};           ///< The URL's host.
    std::uint16_t port = 443;     ///< The URL's port.
    std::string to_host{};        ///< A name or an address.
    std::uint16_t to_port = 443;  ///< Its port.
};

/// An HTTP proxy that opens tunnels (CONNECT, RFC 9110, section 9.3.6).
struct proxy_options {
    std::string host{};         ///< A name or an address.
    std::uint16_t port = 3128;  ///< Squid's, the most common proxy.
    std::string user{};         ///< Empty: without `Proxy-Authorization`. Otherwise Basic (RFC 7617).
    secret password{};          ///< With `user`.
};

/// The limits of a pool. Every default has its reason beside it.
///
/// The pool refuses a `max_connections_per_origin` of 0, a duration of zero or less and a proxy without a host, with
/// `errc::invalid_argument`. A duration over a year counts as a year.
struct pool_options {
    /// As many as a provider takes from one address without complaint; 64 requests of 20 ms are 3,200 a second.
    std::size_t max_connections_per_origin = 64;

    /// Requests that wait for a connection; the next one fails at once with `errc::too_many_waiting`. A longer queue
    /// would only let them time out. 0: none waits.
    std::size_t max_waiting_per_origin = 10'000;

    /// Shorter than the 60 to 75 s after which common servers close.
    std::chrono::milliseconds idle_timeout{30'000};

    /// So that a change in DNS is noticed.
    std::chrono::milliseconds max_connection_age{300'000};

    /// Status line and fields of one answer; browsers' servers send 8 KiB at most.
    std::size_t max_header_bytes = 16 * 1024;

    /// Providers send a few dozen at most; each field costs more than its bytes.
    std::size_t max_header_fields = 100;

    /// A token reply has some 2 KiB.
    std::size_t max_body_bytes = 1024 * 1024;

    /// For the whole operation: waiting, resolving, connecting, sending, receiving, replays. A call can have its own.
    /// As long as somebody waits for a page before trying again.
    std::chrono::milliseconds timeout{30'000};

    /// For resolving and all addresses together. A lost SYN is sent anew after 1, 3 and 7 seconds, so it may be lost
    /// three times.
    std::chrono::milliseconds connect_timeout{10'000};

    /// For the proxy's tunnel, and again for TLS. Two or three round trips, with the same losses.
    std::chrono::milliseconds handshake_timeout{10'000};

    /// From the start of sending to the answer's first byte. A provider that answers at all does so in a few seconds;
    /// what is left of the 30 is for the connection before it.
    std::chrono::milliseconds response_timeout{20'000};

    /// Happy Eyeballs (RFC 8305, section 5): how long one address is tried before the next one is begun beside it.
    std::chrono::milliseconds connection_attempt_delay{250};

    /// How long the addresses of a name are used again for other connections; 0: each connection asks. Those that could
    /// not be connected to are asked for anew at once.
    std::chrono::milliseconds address_lifetime{10'000};

    /// Whether a connection gives back the memory of its TLS records and buffers when it falls idle: 22 KiB for malloc,
    /// of which the system sees some 11 of 45 come back. Its next request takes them anew, about a microsecond. For a
    /// server that has many connections and seldom uses them.
    bool release_idle_buffers = false;

    tls_options tls{};                           ///< Whom to trust; the system's authorities.
    std::optional<proxy_options> proxy{};        ///< Absent: connections are direct.
    std::vector<connect_override> connect_to{};  ///< The first that fits counts.

    std::shared_ptr<coauth::resolver> resolver{};  ///< Null: the system's.
    std::shared_ptr<coauth::observer> observer{};  ///< Null: none.
    std::shared_ptr<const coauth::clock> clock{};  ///< Null: the machine's.
};

}  // namespace coauth
