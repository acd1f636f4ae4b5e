#pragma once

#include <coauth/http/pool_options.hpp>
#include <coauth/http/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace coauth {

/// What a pool has now and has done so far.
struct pool_statistics {
    std::size_t connections = 0;  ///< Open or being opened.
    std::size_t idle = 0;         ///< Of these, unused.
    std::size_t waiting = 0;      ///< Requests that wait for a connection.
    std::uint64_t opened = 0;     ///< Connections opened since the start, with their TLS.
    std::uint64_t resumed = 0;    ///< Of these, with a resumed TLS session.
    std::uint64_t reused = 0;     ///< Requests sent on a connection that had served before.
    std::uint64_t closed = 0;     ///< Connections closed since the start.
    std::uint64_t requests = 0;   ///< Requests begun.
    std::uint64_t failed = 0;     ///< Of these, ended without an answer.
    std::uint64_t replayed = 0;   ///< Attempts beyond a request's first.
};

/// HTTPS connections, kept per origin and used again: the library's own transport (HTTP/1.1, RFC 9112; TLS 1.2 or
/// newer).
///
/// What it promises, and how each promise is kept, stands in docs/transport.md. In short: an answer is complete or it
/// is an error; time and memory are bounded whatever the peer does; credentials go to the origin they are for, once.
///
/// Threads: any; a pool may be shared by many clients on many executors. It does its own work on the executor it was
/// made with, which may be a single-threaded `io_context`, one run by many threads, a strand or a `thread_pool`.
/// Lifetime: the destructor ends what is under way with `errc::shut_down` and returns at once; the executor's context
/// must outlive the pool, and the caller's own context its calls.
/// Idle connections are no work of the executor: its `run()` returns when no request is under way. They are looked
/// after while the pool works, and before one is used again.
class connection_pool final : public transport {
public:
    /// Throws `coauth::error` with `errc::tls_configuration` where a certificate or key cannot be used, and
    /// `errc::invalid_argument` where an option makes no sense.
    explicit connection_pool(executor where, pool_options options = {});
    ~connection_pool() override;

    connection_pool(const connection_pool&) = delete;
    connection_pool& operator=(const connection_pool&) = delete;

    /// See `transport::send`. Requests of one origin that wait are served first come, first served.
    awaitable<http_response> send(http_request request) override;

    /// A snapshot, for metrics; cheap enough for once a second.
    [[nodiscard]] pool_statistics statistics() const;

    /// Ends what is under way with `errc::shut_down` and takes nothing more. What the destructor does.
    void close() noexcept;

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

}  // namespace coauth
