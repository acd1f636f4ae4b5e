#include "tests/http/pool_fixture.hpp"

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <string>

using namespace coauth;
using namespace coauth::test;

namespace {

/// Answers the first request of a connection and resets it upon the next one; `faults` connections do, the others
/// answer always.
scripted_peer::script resets_on_second(std::size_t faults) {
    return [faults](peer_connection& client, std::size_t number) {
        if (number >= faults) {
            answer_always(client, number);
        }
        client.expect_request();
        client.send(ok());
        client.expect_request();
        client.reset();
    };
}

}  // namespace

TEST_CASE("an idempotent request that meets a dying connection is sent again on a new one") {
    scripted_peer peer{identity_of(), resets_on_second(1)};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    test.send(pool);
    CHECK(test.send(pool, get("/again", true))->status() == 200);
    CHECK(pool.statistics().replayed == 1);
    CHECK(pool.statistics().failed == 0);
    CHECK(peer.requests().size() == 3);
    CHECK(test.seen->has("closed 1: failed"));
}

TEST_CASE("an exchange or a refresh is never sent again once it was written") {
    scripted_peer peer{identity_of(), resets_on_second(1)};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    test.send(pool);
    const auto refresh = test.send(pool, get("/token", false));
    CHECK(refresh->reason() == errc::connection_lost);
    CHECK(refresh->failed->request_sent);
    CHECK_FALSE(is_retryable(*refresh->failed));
    CHECK(pool.statistics().replayed == 0);
    CHECK(peer.requests().size() == 2);
}

TEST_CASE("a new connection that fails is no reason to send again") {
    scripted_peer peer{identity_of(), [](peer_connection& client, std::size_t) {
                           client.expect_request();
                           client.reset();
                       }};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    const auto request = test.send(pool, get("/", true));
    CHECK(request->reason() == errc::connection_lost);
    CHECK(peer.requests().size() == 1);
}

TEST_CASE("an answer that had begun is not asked for again") {
    scripted_peer peer{identity_of(), [](peer_connection& client, std::size_t) {
                           client.expect_request();
                           client.send(ok());
                           client.expect_request();
                           client.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123");
                       }};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    test.send(pool);
    const auto torn = test.send(pool, get("/", true));
    CHECK(torn->failed.has_value());
    CHECK(torn->failed->request_sent);
    CHECK_FALSE(torn->answer.has_value());
    CHECK(pool.statistics().replayed == 0);
    CHECK(peer.requests().size() == 2);
}

TEST_CASE("a replay that is cancelled tells that the request was sent") {
    std::promise<void> blocked;
    scripted_peer peer{identity_of(), [&](peer_connection& client, std::size_t number) {
                           if (number == 0) {
                               client.expect_request();
                               client.send(ok());
                               client.expect_request();
                               client.reset();
                               return;
                           }
                           client.expect_request();
                           blocked.set_value();
                           client.wait_for_end();
                       }};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    test.send(pool);
    const auto request = test.begin(pool, get("/", true));
    test.run_until([&] { return peer.requests().size() == 3; });
    blocked.get_future().wait();
    request->cancel.emit(boost::asio::cancellation_type::terminal);
    test.run_until_done(request);
    CHECK(request->reason() == errc::cancelled);
    CHECK(request->failed->request_sent);
    CHECK(pool.statistics().connections == 0);
}
