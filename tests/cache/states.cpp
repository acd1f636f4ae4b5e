#include "tests/cache/cache_world.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

const token_key ann{"hike", "ann"};

/// A provider that wants ten minutes between two refreshes of one token.
constexpr std::string_view patient_profile = R"({
  "name": "patient",
  "title": "Patient",
  "documentation": "https://docs.patient.example/oauth",
  "authorization": {
    "url": "https://patient.example/authorize",
    "parameters": {"client_id": "{client_id}", "redirect_uri": "{redirect_uri}", "state": "{state}"}
  },
  "callback": {"binding": "state", "code": ["code"]},
  "token": {
    "access_token": "/access_token",
    "refresh_token": "/refresh_token",
    "expires": [{"at": "/expires_in", "as": "seconds"}]
  },
  "refresh": {"rotation": "always", "least_interval": 600},
  "operations": {
    "exchange": {
      "method": "POST",
      "url": "https://patient.example/token",
      "form": {"grant_type": "authorization_code", "code": "{code}", "client_secret": "{client_secret}"}
    },
    "refresh": {
      "method": "POST",
      "url": "https://patient.example/token",
      "form": {"grant_type": "refresh_token", "refresh_token": "{refresh_token}", "client_secret": "{client_secret}"}
    }
  }
})";

}  // namespace

TEST_CASE("a fresh token is handed out without suspending") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    bool others_ran = false;
    const auto caller = [](cache_world& in, bool& ran) -> awaitable<token_ptr> {
        boost::asio::post(in.context, [&ran] { ran = true; });
        const token_ptr got = co_await in.cache.get(ann);
        CHECK_FALSE(ran);
        co_return got;
    };
    CHECK(text(world.run(caller(world, others_ran))) == "access-ann-0");
    CHECK(others_ran);
    CHECK(world.provider.requests() == 0);
    CHECK(world.cache.statistics().hits == 1);
}

TEST_CASE("a stale token is handed out while one refresh runs behind") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    world.provider.hold();
    world.turn(50min);  // the window begins 12 to 24 minutes before the end
    CHECK(world.provider.requests() == 1);
    CHECK(text(world.run(world.cache.get(ann))) == "access-ann-0");
    CHECK(text(world.run(world.cache.get(ann))) == "access-ann-0");
    CHECK(world.provider.requests() == 1);
    world.provider.let_go();
    world.settle();
    CHECK(text(world.run(world.cache.get(ann))) == "access-ann-2");
    CHECK(world.count(cache_event_kind::refreshed) == 1);
    CHECK(world.events.back().time_left == 3600s);
}

TEST_CASE("a fresh token is refreshed inside its window though nobody asks, and not before") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    world.turn(36min - 1s);
    CHECK(world.provider.requests() == 0);
    world.turn(12min + 2s);
    CHECK(world.provider.requests() == 1);
    CHECK(text(world.cache.peek(ann)) == "access-ann-2");
}

TEST_CASE("callers of an expired token wait for one refresh between them") {
    cache_world world;
    const token_key bob{"hike", "bob"};
    token old = world.fresh_token("bob", 1s);
    world.provider.always(rotating_provider::fate::lost_before);
    world.run(world.cache.put(bob, std::move(old)));
    world.turn(10min);
    world.provider.always(rotating_provider::fate::served);
    world.turn(10min);  // past the pause
    const std::size_t before = world.provider.requests();
    world.provider.lifetime = 1;
    world.turn(1h);
    world.provider.hold();
    world.turn(1h);
    std::vector<std::shared_ptr<pending<token_ptr>>> callers;
    for (int each = 0; each < 10'000; ++each) {
        callers.push_back(world.start(world.cache.get(bob, 5min)));
    }
    world.settle();
    CHECK(world.cache.statistics().waiting == 10'000);
    const std::size_t asked = world.provider.requests();
    world.provider.let_go();
    world.settle();
    CHECK(world.provider.requests() == asked);
    CHECK(asked > before);
    for (const auto& each : callers) {
        REQUIRE(each->value);
        CHECK(*each->value == *callers.front()->value);
    }
    CHECK(world.provider.refusals() == 0);
}

TEST_CASE("a caller that gives up disturbs nobody, the first no more than the last") {
    cache_world world;
    world.hold_refresh_of("ann");
    boost::asio::cancellation_signal stop;
    std::exception_ptr first;
    boost::asio::co_spawn(world.context, world.cache.get(ann),
                          boost::asio::bind_cancellation_slot(
                              stop.slot(), [&](std::exception_ptr thrown, token_ptr) { first = thrown; }));
    world.settle();
    const auto second = world.start(world.cache.get(ann));
    const auto hasty = world.start(world.cache.get(ann, 5s));
    world.settle();
    stop.emit(boost::asio::cancellation_type::terminal);
    world.settle();
    REQUIRE(first);
    CHECK_THROWS_AS(std::rethrow_exception(first), error);
    CHECK_FALSE(second->done());
    world.turn(6s);
    CHECK(hasty->why().code == errc::timeout);
    CHECK_FALSE(second->done());
    world.provider.let_go();
    world.settle();
    REQUIRE(second->value);
    CHECK(text(*second->value) == "access-ann-2");
    CHECK(world.provider.requests() == 1);
    CHECK(text(world.run(world.cache.get(ann))) == "access-ann-2");
}

TEST_CASE("a refresh that nobody waits for any more ends all the same") {
    cache_world world;
    world.hold_refresh_of("ann");
    const auto only = world.start(world.cache.get(ann, 1s));
    world.settle();
    world.turn(2s);
    CHECK(only->why().code == errc::timeout);
    world.provider.let_go();
    world.settle();
    CHECK(text(world.run(world.cache.get(ann))) == "access-ann-2");
    CHECK(world.provider.requests() == 1);
}

TEST_CASE("what is nowhere kept is no_token, and needs a login") {
    cache_world world;
    const failure why = world.failure_of(world.cache.get({"hike", "nobody"}));
    CHECK(why.code == errc::no_token);
    CHECK(needs_login(why));
    CHECK(world.cache.statistics().entries == 0);
}

TEST_CASE("a key without a client id means the only client, and is refused where there is none") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    CHECK(world.cache.peek({"hike", "id", "ann"}) == world.cache.peek(ann));
    CHECK(world.failure_of(world.cache.get({"hitkey", "ann"})).code == errc::invalid_argument);
}

TEST_CASE("a token that was put is in the store before put returns") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    const auto stored = world.run(world.store->load({"hike", "id", "ann"}));
    REQUIRE(stored);
    CHECK(stored->record.value.access_token == secret{"access-ann-0"});
}

TEST_CASE("a refused refresh ends the entry, wakes who waits, and tells the owner once") {
    cache_world world;
    world.hold_refresh_of("ann");
    const auto waits = world.start(world.cache.get(ann));
    world.settle();
    world.provider.next(rotating_provider::fate::refused);
    world.provider.let_go();
    world.settle();
    CHECK(waits->why().code == errc::invalid_grant);
    CHECK(needs_login(world.failure_of(world.cache.get(ann))));
    CHECK(world.count(cache_event_kind::needs_login) == 1);
    world.turn(24h);
    CHECK(world.provider.requests() == 1);
    // A new login mends it.
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    CHECK(text(world.run(world.cache.get(ann))) == "access-ann-0");
}

TEST_CASE("a failure is remembered: a thousand callers do not each try") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann", 100s)));
    world.provider.always(rotating_provider::fate::unavailable);
    world.provider.retry_after("120");
    world.turn(101s);
    const std::size_t tried = world.provider.requests();
    CHECK(tried == 1);
    for (int each = 0; each < 1'000; ++each) {
        const failure why = world.failure_of(world.cache.get(ann));
        CHECK(is_retryable(why));
        CHECK(why.retry_after.value_or(0s) > 100s);
    }
    CHECK(world.provider.requests() == tried);
    world.provider.always(rotating_provider::fate::served);
    world.turn(132s);
    CHECK(text(world.run(world.cache.get(ann))) == "access-ann-2");
}

TEST_CASE("after a 401 a refresh that began before it is not handed out") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    const token_ptr old = world.run(world.cache.get(ann));
    world.provider.hold();
    world.turn(50min);
    CHECK(world.provider.requests() == 1);
    world.cache.invalidate(ann, old);
    const auto waits = world.start(world.cache.get(ann));
    world.settle();
    CHECK_FALSE(waits->done());
    world.provider.let_go();
    world.settle();
    REQUIRE(waits->value);
    CHECK(text(*waits->value) == "access-ann-3");
    CHECK(world.provider.requests() == 2);
    CHECK(world.provider.refusals() == 0);
    world.cache.invalidate(ann, old);  // it has another by now
    CHECK(text(world.run(world.cache.get(ann))) == "access-ann-3");
}

TEST_CASE("callers of a token that may not be refreshed yet wait until it may") {
    cache_world world;
    const token_key eve{"patient", "eve"};
    world.cache.serve(client{world.provider,
                             provider::load(patient_profile),
                             {.client_id = "id", .client_secret = secret{"s"}, .redirect_uri = "https://a.example/cb"},
                             {.clock = world.clock}});
    SUBCASE("since it was refused with a 401") {
        world.run(world.cache.put(eve, world.fresh_token("eve")));
        world.turn(101s);
        world.cache.invalidate(eve, world.run(world.cache.get(eve)));
    }
    SUBCASE("since it has ended") {
        world.run(world.cache.put(eve, world.fresh_token("eve", 100s)));
        world.turn(101s);
    }
    const auto waits = world.start(world.cache.get(eve, 1h));
    const auto hasty = world.start(world.cache.get(eve, 5s));
    world.settle();
    world.turn(6s);
    CHECK(hasty->why().code == errc::timeout);
    world.turn(492s);
    CHECK_FALSE(waits->done());
    CHECK(world.provider.requests() == 0);
    world.turn(2s);
    REQUIRE(waits->value);
    CHECK(text(*waits->value) == "access-eve-2");
    CHECK(world.provider.requests() == 1);
}

TEST_CASE("with_token calls once more with a new token after a 401") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    std::vector<std::string> used;
    const auto call = [&used](token_ptr with) -> awaitable<int> {
        used.push_back(text(with));
        if (used.size() == 1) {
            throw error{failure{.code = errc::http_status, .http_status = 401}};
        }
        co_return 7;
    };
    CHECK(world.run(world.cache.with_token(ann, call)) == 7);
    CHECK(used == std::vector<std::string>{"access-ann-0", "access-ann-2"});
}
