#include "tests/cache/cache_world.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

using fate = rotating_provider::fate;
using kind = cache_event_kind;

const token_key ann{"hike", "ann"};

token watched(const cache_world& world, std::chrono::seconds lifetime) {
    token made{secret{"vk-access"}};
    made.issued_at = world.clock->now();
    made.expires_at = world.clock->now() + lifetime;
    return made;
}

std::vector<kind> kinds(const cache_world& world) {
    std::vector<kind> told;
    for (const cache_event& each : world.events) {
        told.push_back(each.what);
    }
    return told;
}

}  // namespace

TEST_CASE("a token that cannot be refreshed is watched: expiring at the profile's threshold, then expired, each once") {
    cache_world world;
    world.cache.serve(world.client_of("vk"));
    const token_key user{"vk", "210700286"};
    world.run(world.cache.put(user, watched(world, 24h)));
    world.turn(21h + 59min);
    CHECK(world.events.empty());
    world.turn(2min);
    REQUIRE(kinds(world) == std::vector{kind::expiring});
    CHECK(world.events[0].key == token_key{"vk", "id", "210700286"});
    CHECK(world.events[0].time_left == 7140s);
    CHECK(world.run(world.cache.get(user)) != nullptr);
    world.turn(1h);
    CHECK(world.events.size() == 1);
    world.turn(1h);
    REQUIRE(kinds(world) == std::vector{kind::expiring, kind::expired});
    const failure why = world.failure_of(world.cache.get(user));
    CHECK(why.code == errc::token_expired);
    CHECK(needs_login(why));
    world.turn(48h);
    CHECK(world.events.size() == 2);
    CHECK(world.provider.requests() == 0);
}

TEST_CASE("a token that is put with less time left than the threshold is told of at once") {
    cache_world world;
    world.cache.serve(world.client_of("vk"));
    world.run(world.cache.put({"vk", "7"}, watched(world, 1h)));
    world.turn(0s);
    CHECK(kinds(world) == std::vector{kind::expiring});
}

TEST_CASE("a token without a stated end is handed out for ever, and nothing is told") {
    cache_world world;
    world.cache.serve(world.client_of("hitbox"));
    token made{secret{"hitbox-access"}};
    world.run(world.cache.put({"hitbox", "bob"}, made));
    world.turn(24h * 365);
    CHECK(world.run(world.cache.get({"hitbox", "bob"})) != nullptr);
    CHECK(world.events.empty());
}

TEST_CASE("a token that was refused and cannot be refreshed needs a login") {
    cache_world world;
    world.cache.serve(world.client_of("vk"));
    const token_key user{"vk", "7"};
    world.run(world.cache.put(user, watched(world, 24h)));
    world.cache.invalidate(user, world.cache.peek(user));
    world.settle();
    CHECK(kinds(world) == std::vector{kind::needs_login});
    CHECK(world.failure_of(world.cache.get(user)).code == errc::invalid_token);
}

TEST_CASE("a refresh that keeps failing is told once, then that the token is expiring, then that it has ended") {
    cache_options options;
    options.circuit_failures = 0;
    cache_world world{options};
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    world.provider.always(fate::unavailable);
    for (int minute = 0; minute < 65; ++minute) {
        world.turn(1min);
    }
    CHECK(kinds(world) == std::vector{kind::refresh_failed, kind::expiring, kind::expired});
    CHECK(world.events[0].why.value().http_status == 503);
    world.provider.always(fate::served);
    world.turn(6min);
    CHECK(world.events.back().what == kind::refreshed);
    CHECK(world.run(world.cache.get(ann)) != nullptr);
}

TEST_CASE("events are told on the executor of the owner's choice, and may use the cache") {
    boost::asio::io_context owner;
    std::vector<std::string> told;
    cache_options options;
    options.event_executor = owner.get_executor();
    token_cache* cache = nullptr;
    options.on_event = [&](const cache_event& each) {
        told.push_back(std::string{name_of(each.what)} + " " + each.key.account());
        CHECK(cache->peek(each.key) != nullptr);
    };
    cache_world world{options};
    cache = &world.cache;
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    world.turn(50min);
    CHECK(told.empty());
    owner.run();
    CHECK(told == std::vector<std::string>{"refreshed ann"});
}

TEST_CASE("the names of all events") {
    for (const auto& [value, name] : std::vector<std::pair<kind, std::string>>{{kind::expiring, "expiring"},
                                                                               {kind::expired, "expired"},
                                                                               {kind::needs_login, "needs_login"},
                                                                               {kind::refresh_failed, "refresh_failed"},
                                                                               {kind::store_failed, "store_failed"},
                                                                               {kind::refreshed, "refreshed"},
                                                                               {kind::stored, "stored"}}) {
        CHECK(name_of(value) == name);
    }
}
