#include "http/pool_policy.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>

using namespace coauth;
using namespace coauth::http;
using namespace std::chrono_literals;

namespace {

pool_options limits(std::size_t connections, std::size_t waiting) {
    pool_options options;
    options.max_connections_per_origin = connections;
    options.max_waiting_per_origin = waiting;
    return options;
}

}  // namespace

TEST_CASE("how many connections are opened") {
    struct row {
        origin_load load;
        std::size_t most;
        std::size_t queued;
        std::size_t opened;
    };
    const row rows[] = {
        {{0, 0, 0}, 4, 0, 0},   // nothing to do
        {{1, 0, 0}, 4, 1, 1},   // the first call
        {{1, 1, 1}, 4, 0, 0},   // it has its opening
        {{3, 1, 1}, 4, 2, 2},   // two more came
        {{9, 1, 1}, 4, 8, 3},   // no more than there is room for
        {{9, 4, 4}, 4, 5, 0},   // all are being opened
        {{9, 0, 4}, 4, 9, 0},   // all are busy
        {{1, 2, 4}, 4, 0, 0},   // an opening outlived its call
        {{2, 2, 3}, 64, 0, 0},  // one opening each
        {{70, 0, 0}, 64, 70, 64},
    };
    for (const row& each : rows) {
        CAPTURE(each.load.waiting);
        CAPTURE(each.load.opening);
        CAPTURE(each.load.connections);
        CHECK(queued(each.load) == each.queued);
        CHECK(connections_to_open(each.load, limits(each.most, 100)) == each.opened);
    }
}

TEST_CASE("who may wait") {
    CHECK(may_wait({0, 0, 0}, limits(1, 0)));        // a connection can be opened for it
    CHECK_FALSE(may_wait({0, 0, 1}, limits(1, 0)));  // the one is busy
    CHECK_FALSE(may_wait({1, 1, 1}, limits(1, 0)));  // the one is being opened for another
    CHECK(may_wait({1, 1, 1}, limits(1, 1)));
    CHECK_FALSE(may_wait({2, 1, 1}, limits(1, 1)));
    CHECK(may_wait({99, 0, 8}, limits(8, 100)));
    CHECK_FALSE(may_wait({100, 0, 8}, limits(8, 100)));
}

TEST_CASE("what runs out in which phase") {
    pool_options options;
    options.connect_timeout = 10s;
    options.handshake_timeout = 5s;
    options.response_timeout = 20s;
    struct row {
        phase now;
        std::chrono::nanoseconds elapsed;
        std::optional<errc> ended;
    };
    const row rows[] = {
        {phase::resolving, 10s - 1ns, std::nullopt},  {phase::resolving, 10s, errc::timeout_resolve},
        {phase::connecting, 10s - 1ns, std::nullopt}, {phase::connecting, 10s, errc::timeout_connect},
        {phase::tunnelling, 5s - 1ns, std::nullopt},  {phase::tunnelling, 5s, errc::timeout_connect},
        {phase::handshaking, 5s - 1ns, std::nullopt}, {phase::handshaking, 5s, errc::timeout_handshake},
        {phase::answering, 20s - 1ns, std::nullopt},  {phase::answering, 20s, errc::timeout_response},
        {phase::receiving, 24h, std::nullopt},  // the call's own deadline ends that one
    };
    for (const row& each : rows) {
        CAPTURE(static_cast<int>(each.now));
        CAPTURE(each.elapsed.count());
        CHECK(overdue(each.now, each.elapsed, options) == each.ended);
    }
    CHECK(describe_overdue(phase::handshaking, options) == "TLS was not agreed within 5 s");
}

TEST_CASE("when a connection has served its time") {
    pool_options options;
    options.idle_timeout = 30s;
    options.max_connection_age = 300s;
    CHECK(outlived(0s, 0s, options) == std::nullopt);
    CHECK(outlived(30s - 1ns, 300s - 1ns, options) == std::nullopt);
    CHECK(outlived(30s, 31s, options) == close_reason::idle);
    CHECK(outlived(0s, 300s, options) == close_reason::age);
    CHECK(outlived(30s, 300s, options) == close_reason::age);
}

TEST_CASE("what may be replayed") {
    // attempt, on a reused connection, request begun, answer begun, idempotent
    CHECK(may_replay({1, true, false, false, false}));        // nothing of it was written
    CHECK(may_replay({1, true, true, false, true}));          // it may be sent twice
    CHECK_FALSE(may_replay({1, true, true, false, false}));   // an exchange, a refresh
    CHECK_FALSE(may_replay({1, false, false, false, true}));  // a new connection: not the old one's fault
    CHECK_FALSE(may_replay({1, true, true, true, true}));     // an answer had begun
    CHECK(may_replay({2, true, true, false, true}));
    CHECK_FALSE(may_replay({3, true, true, false, true}));  // three attempts are enough
}

TEST_CASE("durations are told as people write them") {
    CHECK(describe_duration(10s) == "10 s");
    CHECK(describe_duration(1500ms) == "1500 ms");
    CHECK(describe_duration(0ms) == "0 s");
}

TEST_CASE("each reason has its name") {
    CHECK(name_of(close_reason::idle) == "idle");
    CHECK(name_of(close_reason::age) == "age");
    CHECK(name_of(close_reason::peer_closed) == "peer_closed");
    CHECK(name_of(close_reason::unexpected_bytes) == "unexpected_bytes");
    CHECK(name_of(close_reason::peer_wish) == "peer_wish");
    CHECK(name_of(close_reason::failed) == "failed");
    CHECK(name_of(close_reason::cancelled) == "cancelled");
    CHECK(name_of(close_reason::timeout) == "timeout");
    CHECK(name_of(close_reason::shut_down) == "shut_down");
}
