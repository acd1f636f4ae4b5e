#include "tests/cache/cache_world.hpp"
#include "tests/cache/faulty_store.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

const token_key ann{"hike", "id", "ann"};

}  // namespace

TEST_CASE("two caches over one store refresh a token once between them") {
    cache_world world;
    token_cache other{world.context.get_executor(), world.store, on(world.clock)};
    other.serve(world.client_of("hike"));
    world.run(world.cache.put(ann, world.fresh_token("ann", 100s)));
    CHECK(world.run(other.get(ann)) != nullptr);
    world.provider.hold();
    world.clock->advance(101s);
    const auto here = world.start(world.cache.get(ann));
    const auto there = world.start(other.get(ann));
    world.settle();
    CHECK(world.provider.requests() == 1);
    world.provider.let_go();
    world.settle();
    for (int each = 0; each < 10 && !(here->done() && there->done()); ++each) {
        world.turn(500ms);
    }
    REQUIRE(here->value);
    REQUIRE(there->value);
    CHECK(text(*here->value) == text(*there->value));
    CHECK(world.provider.requests() == 1);
    CHECK(world.provider.refusals() == 0);
    CHECK(world.cache.statistics().adopted + other.statistics().adopted == 1);
}

TEST_CASE("a process that dies with the lease is waited for, and then replaced") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann", 100s)));
    CHECK(world.run(world.store->try_lease(ann, "somebody who died", 131s)));
    world.turn(101s);
    const auto waits = world.start(world.cache.get(ann, 60s));
    for (int second = 0; second < 29; ++second) {
        world.turn(1s);
    }
    CHECK_FALSE(waits->done());
    CHECK(world.provider.requests() == 0);
    world.turn(2s);
    REQUIRE(waits->value);
    CHECK(world.provider.requests() == 1);
}

TEST_CASE("a refusal that came because another process was faster is no refusal") {
    cache_world world;
    world.hold_refresh_of("ann");
    const auto waits = world.start(world.cache.get(ann));
    world.settle();
    // A stalled process whose lease ran out: somebody else has committed meanwhile.
    CHECK(world.commit_elsewhere(ann, world.named_token("access-of-another")));
    world.provider.next(rotating_provider::fate::refused);
    world.provider.let_go();
    world.settle();
    REQUIRE(waits->value);
    CHECK(text(*waits->value) == "access-of-another");
    CHECK(world.count(cache_event_kind::needs_login) == 0);
}

TEST_CASE("a late committer loses") {
    cache_world world;
    world.hold_refresh_of("ann");
    const auto waits = world.start(world.cache.get(ann));
    world.settle();
    CHECK(world.commit_elsewhere(ann, world.named_token("access-of-another")));
    world.provider.let_go();
    world.settle();
    REQUIRE(waits->value);
    CHECK(text(*waits->value) == "access-of-another");
}

TEST_CASE("a login during a refresh wins") {
    cache_world world;
    world.hold_refresh_of("ann");
    const auto waits = world.start(world.cache.get(ann));
    world.settle();
    world.run(world.cache.put(ann, world.named_token("access-of-login")));
    REQUIRE(waits->value);
    CHECK(text(*waits->value) == "access-of-login");
    world.provider.let_go();
    world.settle();
    CHECK(text(world.run(world.cache.get(ann))) == "access-of-login");
    CHECK(world.run(world.store->load(ann))->record.value.access_token == secret{"access-of-login"});
}

TEST_CASE("what was erased is gone, for those who wait and from the store, though a refresh is under way") {
    cache_world world;
    world.hold_refresh_of("ann");
    const auto waits = world.start(world.cache.get(ann));
    world.settle();
    CHECK(world.run(world.cache.erase(ann)));
    CHECK(waits->why().code == errc::no_token);
    world.provider.let_go();
    world.settle();
    CHECK_FALSE(world.run(world.store->load(ann)));
    CHECK(world.failure_of(world.cache.get(ann)).code == errc::no_token);
    CHECK_FALSE(world.run(world.cache.erase(ann)));
}

TEST_CASE("work that the caller gave up waiting for goes on, and may have a cancellation slot") {
    cache_world world{{}, std::make_shared<faulty_store>(std::make_shared<manual_clock>())};
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    boost::asio::cancellation_signal stop;
    bool ended = false;
    boost::asio::co_spawn(world.context, world.cache.erase(ann),
                          boost::asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr thrown, bool had) {
                              CHECK_FALSE(thrown);
                              CHECK(had);
                              ended = true;
                          }));
    world.settle();
    CHECK(ended);
    // Given up at each step on the way: the token is there all the same.
    std::size_t given_up = 0;
    for (int steps = 0; steps < 6; ++steps) {
        const token_key key{"hike", std::to_string(steps)};
        bool thrown = false;
        boost::asio::co_spawn(
            world.context, world.cache.put(key, world.fresh_token(key.account())),
            boost::asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr why) { thrown = why != nullptr; }));
        for (int step = 0; step < steps; ++step) {
            world.context.restart();
            world.context.poll_one();
        }
        stop.emit(boost::asio::cancellation_type::terminal);
        world.settle();
        given_up += thrown ? 1 : 0;
        CHECK(world.cache.peek(key) != nullptr);
    }
    CHECK(given_up > 0);
}

TEST_CASE("another process's erasure is noticed at the next refresh") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann", 100s)));
    CHECK(world.run(world.store->erase(ann)));
    world.turn(101s);
    CHECK(world.failure_of(world.cache.get(ann)).code == errc::no_token);
    CHECK(world.provider.requests() == 0);
}

TEST_CASE("a refused token is marked in the store: the next process does not ask again") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann", 100s)));
    world.provider.next(rotating_provider::fate::refused);
    world.turn(101s);
    token_cache other{world.context.get_executor(), world.store, on(world.clock)};
    other.serve(world.client_of("hike"));
    CHECK(world.failure_of(other.get(ann)).code == errc::invalid_grant);
    CHECK(world.provider.requests() == 1);
}

TEST_CASE("the least recently used go to the store alone, and come back when they are asked for") {
    cache_options options;
    options.max_entries = 3;
    cache_world world{options};
    for (const char* each : {"a", "b", "c"}) {
        world.run(world.cache.put({"hike", each}, world.fresh_token(each)));
    }
    CHECK(world.run(world.cache.get({"hike", "a"})) != nullptr);
    CHECK(world.run(world.cache.get({"hike", "c"})) != nullptr);
    world.run(world.cache.put({"hike", "d"}, world.fresh_token("d")));
    CHECK(world.cache.statistics().entries == 3);
    CHECK(world.cache.peek({"hike", "b"}) == nullptr);
    CHECK(world.cache.peek({"hike", "a"}) != nullptr);
    CHECK(text(world.run(world.cache.get({"hike", "b"}))) == "access-b-0");
    CHECK(world.cache.statistics().evictions == 2);
}

TEST_CASE("load_all takes up what the store has, and spreads what is due") {
    const auto clock = std::make_shared<manual_clock>();
    const auto store = std::make_shared<memory_store>(clock);
    cache_world world{{}, store};
    for (int each = 0; each < 1'200; ++each) {
        const std::string name = std::to_string(each);
        token old = world.fresh_token(name, 3600s);
        world.run(store->commit({"hike", "id", name}, token_record{old}, 0));
    }
    world.clock->advance(2h);
    CHECK(world.run(world.cache.load_all()) == 1'200);
    CHECK(world.cache.statistics().entries == 1'200);
    std::size_t before = 0;
    for (int minute = 0; minute < 5; ++minute) {
        world.turn(1min);
        const std::size_t now = world.provider.requests();
        CHECK(now - before > 180);
        CHECK(now - before < 300);
        before = now;
    }
    CHECK(world.provider.requests() == 1'200);
    CHECK(world.count(cache_event_kind::expired) == 0);
}

TEST_CASE("for_each walks the whole store") {
    cache_world world;
    for (int each = 0; each < 250; ++each) {
        world.run(world.cache.put({"hike", std::to_string(each)}, world.fresh_token(std::to_string(each))));
    }
    std::size_t seen = 0;
    const auto note = [&seen](const store_page::item& each) { seen += each.record ? 1 : 0; };
    CHECK(world.run(world.cache.for_each(note)) == 250);
    CHECK(seen == 250);
}

TEST_CASE("refresh brings a new token whatever the old one's age, and joins one that is under way") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    CHECK(text(world.run(world.cache.refresh(ann))) == "access-ann-2");
    world.provider.hold();
    const auto one = world.start(world.cache.refresh(ann));
    world.settle();
    const auto two = world.start(world.cache.refresh(ann));
    world.settle();
    world.provider.let_go();
    world.settle();
    CHECK(text(*one->value) == "access-ann-3");
    CHECK(text(*two->value) == "access-ann-3");
    world.cache.serve(world.client_of("vk"));
    world.run(world.cache.put({"vk", "7"}, token{secret{"vk-access"}}));
    CHECK(world.failure_of(world.cache.refresh({"vk", "7"})).code == errc::unsupported_operation);
    CHECK(world.run(world.cache.get({"vk", "7"})) != nullptr);
}

TEST_CASE("close ends the waiting of all, and waits for what was sent") {
    cache_world world;
    world.hold_refresh_of("ann");
    const auto waits = world.start(world.cache.get(ann));
    world.settle();
    const auto closed = world.start(world.cache.close());
    world.settle();
    CHECK(waits->why().code == errc::shut_down);
    CHECK_FALSE(closed->done());
    world.provider.let_go();
    world.settle();
    REQUIRE(closed->value);
    CHECK(*closed->value == 0);
    CHECK(world.run(world.store->load(ann))->record.value.access_token == secret{"access-ann-2"});
    CHECK(world.failure_of(world.cache.get({"hike", "bob"})).code == errc::shut_down);
}

TEST_CASE("a caller's frame that holds the cache does not outlive the context") {
    const auto clock = std::make_shared<manual_clock>();
    rotating_provider provider;
    const auto store = std::make_shared<memory_store>(clock);
    std::weak_ptr<token_cache> watched;
    {
        boost::asio::io_context context;
        auto cache = std::make_shared<token_cache>(context.get_executor(), store, on(clock));
        watched = cache;
        cache->serve(client{
            provider, provider::builtin("hike"), {.client_id = "id", .client_secret = secret{"s"}}, {.clock = clock}});
        token old{secret{"access"}};
        old.refresh_token = secret{provider.issue("ann")};
        old.expires_at = clock->now() + 10s;
        const auto user = [](std::shared_ptr<token_cache> kept, token first) -> awaitable<void> {
            co_await kept->put(ann, std::move(first));
            (void)co_await kept->get({"hike", "ann"});
            (void)co_await kept->refresh({"hike", "ann"});
        };
        boost::asio::co_spawn(context, user(std::move(cache), old), boost::asio::detached);
        provider.hold();
        context.poll();
        CHECK_FALSE(watched.expired());
        provider.forget();  // as a transport does whose own context ends
    }
    CHECK(watched.expired());
}
