#pragma once

#include "http/exchange.hpp"
#include "http/known_names.hpp"
#include "http/progress.hpp"
#include "http/request_writer.hpp"
#include "http/response_reader.hpp"
#include "http/strand.hpp"
#include "http/tls_context.hpp"
#include "http/tls_sessions.hpp"

#include <coauth/core/http_message.hpp>
#include <coauth/http/awaitable.hpp>
#include <coauth/http/observer.hpp>
#include <coauth/http/pool_options.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace coauth::http {

/// What all links of a pool share.
struct link_settings {
    link_settings(const pool_options& options, std::shared_ptr<const clock> time);

    tls_context tls;
    response_limits limits;
    std::optional<proxy_options> proxy;
    std::vector<connect_override> connect_to;
    std::shared_ptr<resolver> names;
    std::shared_ptr<known_names> known;
    std::chrono::milliseconds attempt_delay;
    bool release_idle_buffers;
    bool has_observer;
};

/// How a link was made.
struct link_facts {
    std::string address;      ///< The peer's address and port; empty where no observer is told of it.
    std::string tls_version;  ///< "TLSv1.3"
    bool resumed = false;
    std::chrono::nanoseconds connecting{};
    std::chrono::nanoseconds handshake{};
};

/// One TLS connection to an origin: TCP, the proxy's tunnel where there is one, TLS, and the exchanges on it.
///
/// Threads: everything happens on its strand, except where a link is known to be idle. It is ended early by `close`; it
/// knows no deadline, but says how far it is.
class link {
public:
    link(strand where, std::shared_ptr<const link_settings> settings, origin target,
         std::shared_ptr<tls_sessions> sessions, std::shared_ptr<progress> told);
    ~link();

    link(const link&) = delete;
    link& operator=(const link&) = delete;

    /// Throws `coauth::error`.
    awaitable<void> open();

    /// Sends a request that was checked. Its answer is awaited by `receive` if this returns true. `kept` keeps the link
    /// alive, as `exchange::start` says.
    [[nodiscard]] bool send(const http_request& request, const destination& goes_to,
                            const std::shared_ptr<exchange_owner>& kept);
    void receive(std::shared_ptr<exchange_owner> kept);

    /// Wipes what was sent, when it was.
    void forget_request() noexcept;

    /// Why an idle link may not be used, or nothing if it is well: still open and silent. TLS 1.3 tickets that came
    /// meanwhile are no reason; they are taken in.
    [[nodiscard]] std::optional<close_reason> unfit();

    /// Whether something came to an idle link: tickets, foreign bytes, or its end. Quick; never blocks.
    [[nodiscard]] bool has_input() const noexcept;

    /// Gives back the memory that is not needed until the next exchange, if that is wanted.
    void rest() noexcept;

    /// Ends whatever is under way.
    void close() noexcept;

    /// Constant after `open`.
    [[nodiscard]] const link_facts& facts() const noexcept;

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace coauth::http
