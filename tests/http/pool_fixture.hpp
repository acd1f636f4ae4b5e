#pragma once

#include "sandbox/certificate_authority.hpp"
#include "tests/http/scripted_peer.hpp"

#include <coauth/core/manual_clock.hpp>
#include <coauth/http/connection_pool.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coauth::test {

/// The authority that issues all certificates of a test program.
const sandbox::certificate_authority& authority();

/// A peer that is rightly called `name`.
peer_identity identity_of(const std::string& name = "api.test");

/// A whole answer with status 200.
std::string ok(std::string_view body = "done");

/// Answers every request with status 200.
void answer_always(peer_connection& client, std::size_t connection);

http_request get(std::string path = "/", bool idempotent = false);

/// Keeps what an observer is told.
class recorder final : public observer {
public:
    void connection_opened(const connection_event& event) override;
    void connection_reused(const connection_event& event) override;
    void connection_closed(const connection_event& event, close_reason reason) override;
    void request_started(const request_event& event) override;
    void request_ended(const request_event& event, unsigned status, const failure* failed,
                       const request_durations& durations) override;

    /// "opened 1", "reused 1", "closed 1: idle", "started 1", "ended 1: 200", in their order.
    [[nodiscard]] std::vector<std::string> lines() const;
    [[nodiscard]] bool has(std::string_view line) const;

    /// Of the connections, as they were opened.
    [[nodiscard]] std::vector<std::string> addresses() const;

    /// Of the request that ended last.
    [[nodiscard]] request_durations last_durations() const;

private:
    void note(std::string line);

    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
    std::vector<std::string> addresses_;
    request_durations last_durations_;
};

/// A request that was begun.
struct pending {
    bool done = false;
    std::optional<http_response> answer;
    std::optional<failure> failed;
    boost::asio::cancellation_signal cancel;

    [[nodiscard]] unsigned status() const { return answer ? answer->status() : 0; }
    [[nodiscard]] std::optional<errc> reason() const;
};
using pending_ptr = std::shared_ptr<pending>;

/// A pool on an io_context that the test drives, with a clock that the test turns.
class pool_fixture {
public:
    pool_fixture();

    /// Options with which "api.test" is served by `peer`, or by whatever listens on `port`.
    [[nodiscard]] pool_options options_for(const scripted_peer& peer) const;
    [[nodiscard]] pool_options options_for(std::uint16_t port) const;

    /// Begins a request whose caller accepts every type of cancellation.
    pending_ptr begin(connection_pool& pool, http_request request = get());

    /// Sends a request and runs until it is over.
    pending_ptr send(connection_pool& pool, http_request request = get());

    /// Runs until `true_now`; fails the test if nothing comes of it.
    void run_until(const std::function<bool()>& true_now);
    void run_until_done(const pending_ptr& request);

    boost::asio::io_context context;
    std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
    std::shared_ptr<recorder> seen = std::make_shared<recorder>();
};

/// Whether nothing is left of any request: no connection in use, nobody waiting.
[[nodiscard]] bool is_quiet(const pool_statistics& now);

}  // namespace coauth::test
