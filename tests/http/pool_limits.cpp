#include "tests/http/pool_fixture.hpp"
#include "tests/http/pool_listeners.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// A resolver that is asked and never comes back.
class silent_resolver final : public resolver {
public:
    awaitable<std::vector<std::string>> resolve(std::string host) override {
        asked.push_back(host);
        asio::steady_timer never{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
        co_await never.async_wait(asio::use_awaitable);
        co_return std::vector<std::string>{};
    }
    std::vector<std::string> asked;
};

void swallow(peer_connection& client, std::size_t /*connection*/) {
    client.expect_request();
    client.wait_for_end();
}

}  // namespace

TEST_CASE("a resolver that does not come back") {
    pool_fixture test;
    pool_options options = test.options_for(1);
    options.connect_to.clear();
    options.connect_timeout = 10s;
    const auto names = std::make_shared<silent_resolver>();
    options.resolver = names;
    connection_pool pool{test.context.get_executor(), options};
    const auto request = test.begin(pool);
    test.run_until([&] { return names->asked.size() == 1; });
    CHECK(names->asked.front() == "api.test");
    test.clock->advance(10s);
    test.run_until_done(request);
    CHECK(request->reason() == errc::timeout_resolve);
    CHECK(request->failed->detail == "the name was not resolved within 10 s");
    CHECK(request->failed->step == "userinfo");
    CHECK(request->failed->provider == "tester");
    CHECK_FALSE(request->failed->request_sent);
    CHECK(is_quiet(pool.statistics()));
    CHECK(pool.statistics().connections == 0);
}

TEST_CASE("the caller's own deadline ends a resolver's silence, too") {
    pool_fixture test;
    pool_options options = test.options_for(1);
    options.connect_to.clear();
    const auto names = std::make_shared<silent_resolver>();
    options.resolver = names;
    connection_pool pool{test.context.get_executor(), options};
    http_request impatient = get();
    impatient.timeout = 1500ms;
    const auto request = test.begin(pool, impatient);
    test.run_until([&] { return names->asked.size() == 1; });
    test.clock->advance(1500ms);
    test.run_until_done(request);
    CHECK(request->reason() == errc::timeout);
    CHECK(request->failed->detail == "no connection came about within 1500 ms");
    CHECK(pool.statistics().connections == 0);
}

TEST_CASE("an address that does not take the connection") {
    pool_fixture test;
    full_listener peer{test.context};
    pool_options options = test.options_for(peer.port());
    options.connect_timeout = 7s;
    connection_pool pool{test.context.get_executor(), options};
    const auto request = test.begin(pool);
    test.run_until([&] { return pool.statistics().connections == 1; });
    test.context.poll();
    test.clock->advance(7s);
    test.run_until_done(request);
    CHECK(request->reason() == errc::timeout_connect);
    CHECK(request->failed->detail == "no address took the connection within 7 s");
    CHECK(pool.statistics().connections == 0);
}

TEST_CASE("a peer that does not shake hands") {
    pool_fixture test;
    mute_listener peer{test.context};
    pool_options options = test.options_for(peer.port());
    options.handshake_timeout = 4s;
    connection_pool pool{test.context.get_executor(), options};
    const auto request = test.begin(pool);
    test.run_until([&] { return peer.heard > 0; });
    test.clock->advance(4s);
    test.run_until_done(request);
    CHECK(request->reason() == errc::timeout_handshake);
    CHECK_FALSE(request->failed->request_sent);
    CHECK(pool.statistics().connections == 0);
}

TEST_CASE("a peer that takes the request and never answers") {
    scripted_peer peer{identity_of(), swallow};
    pool_fixture test;
    pool_options options = test.options_for(peer);
    options.response_timeout = 20s;
    connection_pool pool{test.context.get_executor(), options};
    const auto request = test.begin(pool);
    test.run_until([&] { return peer.requests().size() == 1; });
    test.clock->advance(20s);
    test.run_until_done(request);
    CHECK(request->reason() == errc::timeout_response);
    CHECK(request->failed->request_sent);
    CHECK(pool.statistics().connections == 0);
    CHECK(test.seen->has("closed 1: timeout"));
}

TEST_CASE("a peer that drips is ended by the deadline of the whole") {
    pool_fixture test;
    std::atomic<int> dripped{0};
    scripted_peer peer{identity_of(), [&](peer_connection& client, std::size_t) {
                           client.expect_request();
                           client.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
                           for (;;) {
                               client.send("x");
                               ++dripped;
                               test.clock->advance(1s);
                           }
                       }};
    pool_options options = test.options_for(peer);
    options.timeout = 30s;
    options.response_timeout = 60s;
    connection_pool pool{test.context.get_executor(), options};
    const auto request = test.send(pool);
    CHECK(request->reason() == errc::timeout);
    CHECK(dripped > 0);
    CHECK(request->failed->request_sent);
    CHECK(pool.statistics().connections == 0);
}

TEST_CASE("a request too many fails at once, one that waits too long in time, and the rest is served in order") {
    pool_fixture test;
    std::promise<void> answer;
    auto go_on = answer.get_future().share();
    scripted_peer peer{identity_of(), [&](peer_connection& client, std::size_t) {
                           for (;;) {
                               const std::string request = client.expect_request();
                               go_on.wait();
                               client.send(ok(request.substr(4, 2)));
                           }
                       }};
    pool_options options = test.options_for(peer);
    options.max_connections_per_origin = 1;
    options.max_waiting_per_origin = 3;
    connection_pool pool{test.context.get_executor(), options};

    const auto first = test.begin(pool, get("/1"));
    test.run_until([&] { return peer.requests().size() == 1; });
    const auto second = test.begin(pool, get("/2"));
    http_request impatient = get("/i");
    impatient.timeout = 5s;
    const auto third = test.begin(pool, impatient);
    const auto fourth = test.begin(pool, get("/4"));
    test.run_until([&] { return pool.statistics().waiting == 3; });
    const auto fifth = test.send(pool, get("/5"));
    CHECK(fifth->reason() == errc::too_many_waiting);
    CHECK_FALSE(fifth->failed->request_sent);

    test.clock->advance(5s);
    test.run_until_done(third);
    CHECK(third->reason() == errc::timeout_waiting);
    CHECK(third->failed->detail == "no connection became free within 5 s");
    CHECK(pool.statistics().waiting == 2);

    answer.set_value();
    test.run_until_done(fourth);
    CHECK(first->answer.value().body() == "/1");
    CHECK(second->answer.value().body() == "/2");
    CHECK(fourth->answer.value().body() == "/4");
    const auto requests = peer.requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[1].starts_with("GET /2 "));
    CHECK(requests[2].starts_with("GET /4 "));
    CHECK(is_quiet(pool.statistics()));
    CHECK(peer.connections() == 1);
}

TEST_CASE("options that make no sense are refused") {
    pool_fixture test;
    const auto refused = [&](auto&& change) {
        pool_options options;
        change(options);
        try {
            connection_pool pool{test.context.get_executor(), options};
        } catch (const error& thrown) {
            return thrown.reason();
        }
        return errc{};
    };
    CHECK(refused([](pool_options& o) { o.max_connections_per_origin = 0; }) == errc::invalid_argument);
    CHECK(refused([](pool_options& o) { o.timeout = 0ms; }) == errc::invalid_argument);
    CHECK(refused([](pool_options& o) { o.connection_attempt_delay = -1ms; }) == errc::invalid_argument);
    CHECK(refused([](pool_options& o) { o.address_lifetime = -1ms; }) == errc::invalid_argument);
    CHECK(refused([](pool_options& o) { o.proxy.emplace(); }) == errc::invalid_argument);
    CHECK(refused([](pool_options& o) { o.tls.ca_file = "/nowhere/ca.pem"; }) == errc::tls_configuration);
    CHECK(refused([](pool_options& o) { o.tls.ca_pem = "no certificate"; }) == errc::tls_configuration);
    CHECK(refused([](pool_options& o) { o.tls.certificate_file = "/nowhere/c.pem"; }) == errc::tls_configuration);
    CHECK(refused([](pool_options& o) { o.timeout = std::chrono::milliseconds::max(); }) == errc{});
}

TEST_CASE("a request that may not be sent fails before anything is opened") {
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(1)};
    http_request injected = get();
    injected.add_header("Authorization", "Bearer x\r\nX-Injected: 1");
    const auto request = test.send(pool, injected);
    CHECK(request->reason() == errc::invalid_argument);
    CHECK(request->failed->step == "userinfo");
    CHECK(pool.statistics().requests == 0);
    CHECK(pool.statistics().connections == 0);
}
