#include "tests/cache/cache_world.hpp"
#include "tests/cache/faulty_store.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

using fate = rotating_provider::fate;

token_key account(int number) {
    return {"hike", std::to_string(number)};
}

/// Chance that is the same in every run.
class same_random final : public random_source {
public:
    void fill(std::span<unsigned char> bytes) const override { std::ranges::fill(bytes, std::uint8_t{0x5a}); }
};

void put_many(cache_world& world, int count, std::chrono::seconds lifetime) {
    for (int each = 0; each < count; ++each) {
        world.run(world.cache.put(account(each), world.fresh_token(std::to_string(each), lifetime)));
    }
}

}  // namespace

TEST_CASE("ten thousand callers of a thousand expired tokens cause a thousand refreshes, so many at once") {
    cache_options options;
    options.max_refreshes_per_provider = 8;
    cache_world world{options};
    put_many(world, 1'000, 100s);
    world.clock->advance(101s);
    std::vector<std::shared_ptr<pending<token_ptr>>> callers;
    for (int each = 0; each < 10'000; ++each) {
        callers.push_back(world.start(world.cache.get(account(each % 1'000))));
    }
    world.settle();
    CHECK(world.provider.requests() == 1'000);
    CHECK(world.provider.refusals() == 0);
    CHECK(world.provider.most_at_once() == 8);
    for (const auto& each : callers) {
        CHECK(each->value.has_value());
    }
    CHECK(world.cache.statistics().refreshing == 0);
    CHECK(world.cache.statistics().queued == 0);
}

TEST_CASE("a token that somebody waits for is refreshed before those that nobody waits for") {
    cache_options options;
    options.max_refreshes_per_provider = 1;
    cache_world world{options};
    put_many(world, 10, 100s);
    world.provider.hold();
    world.turn(99s);  // all are stale, one is under way
    CHECK(world.cache.statistics().queued == 9);
    world.clock->advance(2s);
    // Whichever is under way, two accounts cover one that waits.
    const auto one = world.start(world.cache.get(account(8)));
    const auto other = world.start(world.cache.get(account(9)));
    world.settle();
    world.provider.let_go();
    while (!(one->done() && other->done())) {
        world.context.restart();
        REQUIRE(world.context.poll_one() == 1);
    }
    CHECK(world.provider.requests() <= 4);
    world.settle();
    CHECK(world.provider.requests() == 10);
}

TEST_CASE("the circuit opens after repeated failures, and a single probe closes it") {
    cache_options options;
    options.circuit_failures = 3;
    options.circuit_pause = 60s;
    options.max_refreshes_per_provider = 2;
    cache_world world{options};
    put_many(world, 20, 100s);
    world.provider.always(fate::lost_before);
    world.clock->advance(101s);
    std::vector<std::shared_ptr<pending<token_ptr>>> callers;
    for (int each = 0; each < 20; ++each) {
        callers.push_back(world.start(world.cache.get(account(each))));
    }
    world.settle();
    CHECK(world.provider.requests() <= 4);
    CHECK(callers.back()->why().code == errc::circuit_open);
    CHECK(is_retryable(callers.back()->why()));
    const std::size_t before = world.provider.requests();
    world.turn(30s);
    CHECK(world.provider.requests() == before);
    CHECK(world.failure_of(world.cache.get(account(19))).retry_after.value_or(0s) > 0s);
    // The pause is over: one probes, and fails; the circuit stays open.
    world.turn(31s);
    CHECK(world.provider.requests() == before + 1);
    world.provider.always(fate::served);
    for (int second = 0; second < 600; ++second) {
        world.turn(1s);
    }
    for (int each = 0; each < 20; ++each) {
        CHECK(world.run(world.cache.get(account(each))) != nullptr);
    }
    CHECK(world.provider.refusals() == 0);
}

TEST_CASE("a refused refresh says nothing about the provider: the circuit stays closed") {
    cache_options options;
    options.circuit_failures = 2;
    cache_world world{options};
    put_many(world, 5, 100s);
    world.provider.always(fate::refused);
    world.turn(101s);
    CHECK(world.provider.requests() == 5);
    CHECK(world.count(cache_event_kind::needs_login) == 5);
}

TEST_CASE("the pause after failures grows, and is shortened by chance") {
    cache_options options;
    options.circuit_failures = 0;
    options.first_pause = 1s;
    options.greatest_pause = 64s;
    cache_world world{options};
    put_many(world, 1, 1h);
    world.provider.always(fate::unavailable);
    world.turn(50min);
    std::size_t seen = world.provider.requests();
    REQUIRE(seen == 1);
    std::vector<int> pauses;
    int seconds = 0;
    while (pauses.size() < 9) {
        world.turn(1s);
        ++seconds;
        if (world.provider.requests() > seen) {
            seen = world.provider.requests();
            pauses.push_back(std::exchange(seconds, 0));
        }
    }
    CHECK(pauses[0] <= 1);
    CHECK(pauses[3] >= 4);
    CHECK(pauses[3] <= 8);
    CHECK(pauses[8] >= 32);
    CHECK(pauses[8] <= 64);
}

TEST_CASE("a provider that issues tokens which have ended is not asked without end") {
    cache_options options;
    options.circuit_failures = 0;
    cache_world world{options};
    put_many(world, 1, 100s);
    world.provider.lifetime = 0;
    world.turn(101s);
    CHECK(world.provider.requests() == 1);
    CHECK(world.failure_of(world.cache.get(account(0))).code == errc::malformed_reply);
    CHECK(world.provider.requests() == 1);
    world.provider.lifetime = 3600;
    world.turn(2s);
    CHECK(world.run(world.cache.get(account(0))) != nullptr);
}

TEST_CASE("a window larger than the lifetime does not spin") {
    // It is half a lifetime then: twice in each. Chance, the same in every run, brings some of them forward.
    constexpr unsigned lifetimes = 6;
    for (const auto& [jitter, most] : {std::pair{0U, 2 * lifetimes}, std::pair{100U, 20U}}) {
        CAPTURE(jitter);
        cache_options options;
        options.least_ahead = 600s;
        options.jitter = jitter;
        options.random = std::make_shared<same_random>();
        cache_world world{options};
        world.provider.lifetime = 10;
        put_many(world, 1, 10s);
        for (unsigned each = 0; each < lifetimes * 100; ++each) {
            world.turn(100ms);
        }
        CHECK(world.provider.requests() >= lifetimes);
        CHECK(world.provider.requests() <= most);
        CHECK(world.count(cache_event_kind::expired) == 0);
    }
}

TEST_CASE("a store that does not answer a load is a failure of class store, in time") {
    world_over<faulty_store> world;
    world.disturbed->on_load = faulty_store::fate::hung;
    const auto got = world.start(world.cache.get(account(1)));
    world.settle();
    CHECK_FALSE(got->done());
    world.turn(11s);
    CHECK(got->why().code == errc::store_failed);
    world.disturbed->on_load = faulty_store::fate::failed;
    CHECK(world.failure_of(world.cache.get(account(1))).code == errc::store_full);
}

TEST_CASE("put throws when the store fails, and the token is there all the same") {
    world_over<faulty_store> world;
    world.disturbed->on_commit = faulty_store::fate::failed;
    CHECK(world.failure_of(world.cache.put(account(1), world.fresh_token("1"))).code == errc::store_full);
    CHECK(world.run(world.cache.get(account(1))) != nullptr);
    CHECK(world.cache.statistics().unsaved == 1);
    CHECK(world.count(cache_event_kind::store_failed) == 1);
    world.disturbed->on_commit = faulty_store::fate::served;
    world.turn(2s);
    CHECK(world.cache.statistics().unsaved == 0);
    CHECK(world.run(world.store->load({"hike", "id", "1"})).has_value());
}

TEST_CASE("no secret stands in a failure or an event") {
    cache_world world;
    put_many(world, 1, 100s);
    world.provider.always(fate::refused);
    world.turn(101s);
    std::string said = error{world.failure_of(world.cache.get(account(0)))}.what();
    for (const cache_event& each : world.events) {
        said += each.key.text() + (each.why ? each.why->message() : "");
    }
    CHECK(said.find("refresh-0") == std::string::npos);
    CHECK(said.find("access-0") == std::string::npos);
    CHECK(said.find("client-secret") == std::string::npos);
}
