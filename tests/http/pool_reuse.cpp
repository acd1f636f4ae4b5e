#include "tests/http/pool_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <future>
#include <latch>
#include <pthread.h>
#include <string>
#include <vector>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

/// Calls `work` on a thread with a stack of 256 KiB.
template <class Work>
void on_a_small_stack(Work work) {
    pthread_attr_t small;
    REQUIRE(pthread_attr_init(&small) == 0);
    REQUIRE(pthread_attr_setstacksize(&small, 256 * 1024) == 0);
    const auto run = [](void* what) -> void* {
        (*static_cast<Work*>(what))();
        return nullptr;
    };
    pthread_t thread;
    REQUIRE(pthread_create(&thread, &small, run, &work) == 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&small);
}

}  // namespace

TEST_CASE("a connection serves one request after the other") {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    for (int i = 0; i < 3; ++i) {
        CHECK(test.send(pool)->answer.value().body() == "done");
    }
    CHECK(peer.connections() == 1);
    CHECK(pool.statistics().opened == 1);
    CHECK(pool.statistics().reused == 2);
    CHECK(pool.statistics().requests == 3);
    CHECK(pool.statistics().failed == 0);
    CHECK(pool.statistics().idle == 1);
    CHECK(test.seen->lines() == std::vector<std::string>{"started 1", "opened 1", "ended 1: 200", "started 2",
                                                         "reused 1", "ended 2: 200", "started 3", "reused 1",
                                                         "ended 3: 200"});
}

TEST_CASE("what runs the pool returns when no request is under way") {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    const auto request = test.begin(pool);
    test.context.run();
    CHECK(request->status() == 200);
    CHECK(pool.statistics().idle == 1);
}

TEST_CASE("a peer that closed meanwhile costs the next request nothing") {
    std::promise<void> closed;
    scripted_peer peer{identity_of(), [&](peer_connection& client, std::size_t number) {
                           client.expect_request();
                           client.send(ok());
                           if (number == 0) {
                               client.half_close();
                               closed.set_value();
                           }
                           client.wait_for_end();
                       }};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    test.send(pool);
    closed.get_future().wait();
    CHECK(test.send(pool)->status() == 200);
    CHECK(test.seen->has("closed 1: peer_closed"));
    CHECK(pool.statistics().replayed == 0);
    CHECK(pool.statistics().reused == 0);
    CHECK(peer.requests().size() == 2);
}

TEST_CASE("that a server has closed many idle connections is found out one after the other, with little stack") {
    constexpr std::size_t many = 200;
    std::latch asked{many};
    std::latch closed{many};
    scripted_peer peer{identity_of(), [&](peer_connection& client, std::size_t number) {
                           client.expect_request();
                           if (number < many) {
                               asked.arrive_and_wait();  // so that each request has a connection of its own
                           }
                           client.send(ok());
                           if (number < many) {
                               client.half_close();
                               closed.count_down();
                           }
                           client.wait_for_end();
                       }};
    pool_fixture test;
    pool_options options = test.options_for(peer);
    options.max_connections_per_origin = many;
    connection_pool pool{test.context.get_executor(), options};
    std::vector<pending_ptr> first(many);
    std::ranges::generate(first, [&] { return test.begin(pool); });
    std::ranges::for_each(first, [&](const pending_ptr& each) { test.run_until_done(each); });
    closed.wait();

    on_a_small_stack([&] { CHECK(test.send(pool)->status() == 200); });
    CHECK(pool.statistics().closed == many);
    CHECK(pool.statistics().replayed == 0);
}

TEST_CASE("a close_notify while idle is noticed as well") {
    std::promise<void> closed;
    scripted_peer peer{identity_of(), [&](peer_connection& client, std::size_t number) {
                           client.expect_request();
                           client.send(ok());
                           if (number == 0) {
                               client.send_close_notify();
                               closed.set_value();
                           }
                           client.wait_for_end();
                       }};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    test.send(pool);
    closed.get_future().wait();
    CHECK(test.send(pool)->status() == 200);
    CHECK(test.seen->has("closed 1: peer_closed"));
}

TEST_CASE("an answer to nothing makes a connection unfit, and is never taken for an answer") {
    std::promise<void> sent;
    scripted_peer peer{identity_of(), [&](peer_connection& client, std::size_t number) {
                           client.expect_request();
                           client.send(ok("right"));
                           if (number == 0) {
                               client.send(ok("smuggled"));
                               sent.set_value();
                           }
                           client.wait_for_end();
                       }};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    test.send(pool);
    sent.get_future().wait();
    CHECK(test.send(pool)->answer.value().body() == "right");
    CHECK(test.seen->has("closed 1: unexpected_bytes"));
    CHECK(peer.connections() == 2);
}

TEST_CASE("tickets that come while idle are taken in, but not without end") {
    for (const std::size_t tickets : {20U, 200U}) {
        CAPTURE(tickets);
        std::promise<void> sent;
        scripted_peer peer{identity_of(), [&](peer_connection& client, std::size_t number) {
                               client.expect_request();
                               client.send(ok());
                               if (number == 0) {
                                   client.send_tickets(tickets);
                                   sent.set_value();
                               }
                               client.expect_request();
                               client.send(ok());
                               client.wait_for_end();
                           }};
        pool_fixture test;
        connection_pool pool{test.context.get_executor(), test.options_for(peer)};
        test.send(pool);
        sent.get_future().wait();
        CHECK(test.send(pool)->status() == 200);
        CHECK(test.seen->has("reused 1") == (tickets == 20));
        CHECK(test.seen->has("closed 1: unexpected_bytes") == (tickets == 200));
    }
}

TEST_CASE("a part of a record that comes while idle is nobody's answer") {
    for (const bool release : {false, true}) {
        CAPTURE(release);
        std::promise<void> sent;
        scripted_peer peer{identity_of(), [&](peer_connection& client, std::size_t number) {
                               client.expect_request();
                               client.send(ok());
                               if (number == 0) {
                                   client.send_plain(std::string_view{"\x17\x03\x03\x00\x50half", 9});
                                   sent.set_value();
                               }
                               client.wait_for_end();
                           }};
        pool_fixture test;
        pool_options options = test.options_for(peer);
        options.release_idle_buffers = release;
        connection_pool pool{test.context.get_executor(), options};
        test.send(pool);
        sent.get_future().wait();
        CHECK(test.send(pool)->status() == 200);
        CHECK(test.seen->has("closed 1: unexpected_bytes"));
        CHECK(peer.connections() == 2);
    }
}

TEST_CASE("a connection that gives back its memory while idle serves as before") {
    const std::string large(100'000, 'x');
    scripted_peer peer{identity_of(), [&](peer_connection& client, std::size_t) {
                           for (;;) {
                               client.expect_request();
                               client.send(ok(large));
                               client.send_tickets(1);
                               client.expect_request();
                               client.send(ok("short"));
                           }
                       }};
    pool_fixture test;
    pool_options options = test.options_for(peer);
    options.release_idle_buffers = true;
    connection_pool pool{test.context.get_executor(), options};
    http_request post{"POST", "https://api.test/"};
    post.append_body(large);
    for (int round = 0; round < 3; ++round) {
        CHECK(test.send(pool, post)->answer.value().body() == large);
        CHECK(test.send(pool)->answer.value().body() == "short");
    }
    CHECK(peer.connections() == 1);
}

TEST_CASE("a connection that was opened in vain is examined too before its first request") {
    std::promise<void> answer_first;
    std::promise<void> answered;
    std::promise<void> smuggled;
    scripted_peer peer{identity_of(), [&](peer_connection& client, std::size_t number) {
                           if (number == 1) {
                               client.send(ok("smuggled"));
                               smuggled.set_value();
                           }
                           for (bool first = number == 0;; first = false) {
                               client.expect_request();
                               if (first) {
                                   answer_first.get_future().wait();
                               }
                               client.send(ok("right"));
                               if (first) {
                                   answered.set_value();
                               }
                           }
                       }};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    const auto first = test.begin(pool);
    test.run_until([&] { return peer.requests().size() == 1; });
    const auto second = test.begin(pool);  // has a connection of its own opened, and does not wait for it
    answer_first.set_value();
    answered.get_future().wait();
    test.run_until_done(second);
    test.run_until([&] { return pool.statistics().opened == 2; });
    smuggled.get_future().wait();

    for (const auto& each : {test.begin(pool), test.begin(pool)}) {
        test.run_until_done(each);
        CHECK(each->answer.value().body() == "right");
    }
    CHECK(test.seen->has("closed 2: unexpected_bytes"));
    CHECK(pool.statistics().replayed == 0);
}

TEST_CASE("while the pool works, it notices what becomes of its idle connections") {
    std::promise<void> both_here;
    std::promise<void> closed;
    auto go_on = both_here.get_future().share();
    scripted_peer peer{identity_of(), [&](peer_connection& client, std::size_t) {
                           const std::string request = client.expect_request();
                           if (request.starts_with("GET /slow")) {
                               client.wait_for_end();
                               return;
                           }
                           client.send(ok());
                           go_on.wait();
                           client.half_close();
                           client.wait_for_end();
                       }};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    const auto slow = test.begin(pool, get("/slow"));
    test.send(pool);
    CHECK(pool.statistics().idle == 1);
    both_here.set_value();
    test.run_until([&] { return pool.statistics().idle == 0; });
    const auto lines = test.seen->lines();
    CHECK(lines.back().ends_with("peer_closed"));
    CHECK(pool.statistics().connections == 1);
}

TEST_CASE("an answer that closes is obeyed") {
    scripted_peer peer{identity_of(), [&](peer_connection& client, std::size_t) {
                           client.expect_request();
                           client.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                           client.wait_for_end();
                       }};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    CHECK(test.send(pool)->status() == 200);
    CHECK(test.send(pool)->status() == 200);
    CHECK(peer.connections() == 2);
    CHECK(test.seen->has("closed 1: peer_wish"));
}

TEST_CASE("idle time and age end a connection") {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture test;
    pool_options options = test.options_for(peer);
    options.idle_timeout = 30s;
    options.max_connection_age = 45s;
    connection_pool pool{test.context.get_executor(), options};
    test.send(pool);
    test.clock->advance(30s);
    test.send(pool);
    CHECK(test.seen->has("closed 1: idle"));
    test.clock->advance(25s);
    test.send(pool);
    CHECK(test.seen->has("reused 2"));
    test.clock->advance(20s);
    test.send(pool);
    CHECK(test.seen->has("closed 2: age"));
    CHECK(pool.statistics().opened == 3);
}

TEST_CASE("a second connection resumes the first one's TLS session") {
    for (const bool only_tls_1_2 : {false, true}) {
        CAPTURE(only_tls_1_2);
        peer_identity identity = identity_of();
        identity.only_tls_1_2 = only_tls_1_2;
        scripted_peer peer{identity, [](peer_connection& client, std::size_t) {
                               client.expect_request();
                               client.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                           }};
        pool_fixture test;
        connection_pool pool{test.context.get_executor(), test.options_for(peer)};
        for (int i = 0; i < 4; ++i) {
            CHECK(test.send(pool)->status() == 200);
        }
        CHECK(pool.statistics().opened == 4);
        CHECK(pool.statistics().resumed == 3);
        CHECK(test.seen->has("opened 4 resumed"));
    }
}

TEST_CASE("connections that open at once resume too, each with a ticket of its own") {
    scripted_peer peer{identity_of(), [](peer_connection& client, std::size_t) {
                           client.expect_request();
                           client.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                       }};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    const auto burst = [&] {
        std::vector<pending_ptr> all;
        for (int i = 0; i < 4; ++i) {
            all.push_back(test.begin(pool));
        }
        for (const auto& each : all) {
            test.run_until_done(each);
            CHECK(each->status() == 200);
        }
    };
    burst();
    CHECK(pool.statistics().resumed == 0);
    burst();
    CHECK(pool.statistics().opened == 8);
    CHECK(pool.statistics().resumed == 4);
}
