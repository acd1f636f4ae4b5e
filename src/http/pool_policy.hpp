#pragma once

#include <coauth/core/error.hpp>
#include <coauth/http/observer.hpp>
#include <coauth/http/pool_options.hpp>

#include <chrono>
#include <cstddef>
#include <optional>

namespace coauth::http {

/// How busy an origin is.
struct origin_load {
    std::size_t waiting = 0;      ///< Calls without a connection.
    std::size_t opening = 0;      ///< Connections that are being opened, each for a call.
    std::size_t connections = 0;  ///< All of them, those being opened too.
};

/// Of the waiting calls, those that no connection is being opened for.
[[nodiscard]] std::size_t queued(const origin_load& load) noexcept;

/// How many connections to begin now.
[[nodiscard]] std::size_t connections_to_open(const origin_load& load, const pool_options& limits) noexcept;

/// Whether one more call may wait; one that a connection can be opened for always may.
[[nodiscard]] bool may_wait(const origin_load& load, const pool_options& limits) noexcept;

/// What a connection is doing.
enum class phase { resolving, connecting, tunnelling, handshaking, answering, receiving };

/// What ran out where `phase` has taken `elapsed`, resolving and connecting counted together; nothing if it is in time.
[[nodiscard]] std::optional<errc> overdue(phase now, std::chrono::nanoseconds elapsed,
                                          const pool_options& limits) noexcept;

/// "no address took the connection within 10 s": what `overdue` found, told to people.
[[nodiscard]] std::string describe_overdue(phase now, const pool_options& limits);

/// Why a connection has served its time, or nothing if it may be kept.
[[nodiscard]] std::optional<close_reason> outlived(std::chrono::nanoseconds idle, std::chrono::nanoseconds age,
                                                   const pool_options& limits) noexcept;

/// An attempt that failed.
struct failed_attempt {
    unsigned number = 1;
    bool reused = false;         ///< On a connection that had served before.
    bool request_begun = false;  ///< A byte of the request may have been written.
    bool answer_begun = false;   ///< A byte of the answer came.
    bool idempotent = false;     ///< The request may be sent twice.
};

/// Whether the request may be sent once more: only where it was the old connection's fault, and nothing can have been
/// done twice (RFC 9110, section 9.2.2).
[[nodiscard]] bool may_replay(const failed_attempt& attempt) noexcept;

/// "10 s", "1500 ms"
[[nodiscard]] std::string describe_duration(std::chrono::milliseconds duration);

}  // namespace coauth::http
