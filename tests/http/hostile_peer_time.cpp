#include "tests/http/hostile_case.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

/// Each half second of the clock brings a few bytes more, so that no wait between two of them is ever long.
void drip(manual_clock& clock, peer_connection& peer, const std::string& start, const std::string& more) {
    peer.send(start);
    for (auto gone = 0ms; gone < 31s; gone += 500ms) {
        peer.send(more);
        clock.advance(500ms);
    }
    peer.wait_for_end();
}

pool_options turned_by(std::shared_ptr<manual_clock> clock) {
    pool_options options;
    options.clock = std::move(clock);
    return options;
}

}  // namespace

TEST_CASE("a dripping answer ends at the deadline of the whole operation, whatever drips") {
    const std::vector<std::pair<std::string, std::string>> answers = {
        {"HTTP/1.1 200 OK\r\nX: ", "x"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "x"},
        {"HTTP/1.1 200 OK\r\n\r\n", "x"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "x"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n"},
    };
    for (const auto& [start, more] : answers) {
        CAPTURE(start);
        const auto clock = std::make_shared<manual_clock>();
        hostile_case with(
            [&](peer_connection& peer, std::size_t) {
                peer.expect_request();
                drip(*clock, peer, start, more);
            },
            right_identity(), turned_by(clock));
        const outcome came = with.post();
        CHECK(came.code() == errc::timeout);
        REQUIRE(came.failed);
        CHECK(came.failed->request_sent);
        CHECK(with.closed->reasons() == std::vector{close_reason::timeout});
        CHECK(with.peer.requests().size() == 1);
    }
}

TEST_CASE("a call's own deadline goes before the pool's") {
    const auto clock = std::make_shared<manual_clock>();
    hostile_case with(
        [&](peer_connection& peer, std::size_t) {
            peer.expect_request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
            clock->advance(1001ms);
            peer.wait_for_end();
        },
        right_identity(), turned_by(clock));
    http_request hasty = hostile_case::secret_post();
    hasty.timeout = 1s;
    CHECK(with.ask(hasty).code() == errc::timeout);
}

TEST_CASE("a peer that takes a request and says nothing runs into the limit for the first byte") {
    const auto clock = std::make_shared<manual_clock>();
    hostile_case with(
        [&](peer_connection& peer, std::size_t) {
            peer.expect_request();
            clock->advance(20'001ms);
            peer.wait_for_end();
        },
        right_identity(), turned_by(clock));
    const outcome came = with.post();
    CHECK(came.code() == errc::timeout_response);
    REQUIRE(came.failed);
    CHECK(came.failed->request_sent);
}

TEST_CASE("a peer that never shakes hands runs into the limit for the handshake") {
    for (const std::string start : {"", "\x16\x03\x03"}) {
        const auto clock = std::make_shared<manual_clock>();
        hostile_case with(
            [&](peer_connection& peer, std::size_t) {
                peer.expect_client_hello();
                peer.send_plain(start);
                clock->advance(10'001ms);
                peer.wait_for_end();
            },
            {.chain_pem = {}, .key_pem = {}, .speaks_tls = false}, turned_by(clock));
        const outcome came = with.post();
        CHECK(came.code() == errc::timeout_handshake);
        REQUIRE(came.failed);
        CHECK_FALSE(came.failed->request_sent);
    }
}

TEST_CASE("a peer that stops reading a large request runs into the limit for the first byte") {
    const auto clock = std::make_shared<manual_clock>();
    event over;
    hostile_case with(
        [&](peer_connection& peer, std::size_t) {
            peer.expect_head();
            clock->advance(20'001ms);
            CHECK(over.wait());
        },
        right_identity(), turned_by(clock));
    http_request large = hostile_case::secret_post();
    large.append_body(std::string(16 * 1024 * 1024, 'x'));
    const outcome came = with.ask(large);
    over.tell();
    CHECK(came.code() == errc::timeout_response);
    REQUIRE(came.failed);
    CHECK(came.failed->request_sent);
}

TEST_CASE("a dripping handshake ends at its limit") {
    const auto clock = std::make_shared<manual_clock>();
    hostile_case with(
        [&](peer_connection& peer, std::size_t) {
            peer.expect_client_hello();
            peer.send_plain(std::string_view("\x16\x03\x03\x40\x00", 5));  // a record of 16 KiB, most of it to come
            for (auto gone = 0ms; gone < 10s; gone += 500ms) {
                peer.send_plain("x");
                clock->advance(501ms);
            }
            peer.wait_for_end();
        },
        {.chain_pem = {}, .key_pem = {}, .speaks_tls = false}, turned_by(clock));
    const outcome came = with.post();
    CHECK(came.code() == errc::timeout_handshake);
    REQUIRE(came.failed);
    CHECK_FALSE(came.failed->request_sent);
}
