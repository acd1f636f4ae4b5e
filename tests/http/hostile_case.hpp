#pragma once

#include "sandbox/certificate_authority.hpp"
#include "tests/http/scripted_peer.hpp"

#include <coauth/core/manual_clock.hpp>
#include <coauth/http/connection_pool.hpp>

#include <boost/asio/thread_pool.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coauth::test {

inline constexpr std::string_view ok_answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// The authority that the pools of these tests trust.
const sandbox::certificate_authority& trusted_authority();

/// A certificate of `authority` for "provider.example", or for what `options` say.
peer_identity identity_of(const sandbox::certificate_authority& authority, const sandbox::leaf_options& options);
peer_identity right_identity();

/// What a request came to.
struct outcome {
    std::optional<http_response> answer{};
    std::optional<failure> failed{};

    /// The reason of the failure; none if there was an answer.
    [[nodiscard]] errc code() const { return failed ? failed->code : errc{}; }
};

/// Something that a script waits for and a test tells, or the other way round.
class event {
public:
    void tell();
    /// False if nobody has told after a minute.
    [[nodiscard]] bool wait();

private:
    std::mutex guard_;
    std::condition_variable changed_;
    bool told_ = false;
};

/// Notes why connections were closed.
class closings final : public observer {
public:
    void connection_closed(const connection_event&, close_reason reason) override;
    [[nodiscard]] std::vector<close_reason> reasons() const;

private:
    mutable std::mutex guard_;
    std::vector<close_reason> reasons_;
};

/// A pool whose "https://provider.example" is a scripted peer. Unless `options` have a clock, time stands still.
///
/// Everything that is sent in secret contains "s3cret"; each failure is checked not to repeat it.
class hostile_case {
public:
    explicit hostile_case(scripted_peer::script script, peer_identity identity = right_identity(),
                          pool_options options = {});
    ~hostile_case();

    /// Fails the test if the pool hangs.
    outcome ask(const http_request& request);
    outcome get() { return ask(secret_get()); }
    outcome post() { return ask(secret_post()); }

    /// An idempotent GET, or HEAD, with a token.
    [[nodiscard]] static http_request secret_get(std::string_view method = "GET");
    /// A code exchange.
    [[nodiscard]] static http_request secret_post();

    std::shared_ptr<closings> closed = std::make_shared<closings>();
    scripted_peer peer;
    boost::asio::thread_pool threads{1};
    std::optional<connection_pool> pool;
};

}  // namespace coauth::test
