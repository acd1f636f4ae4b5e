#include "tests/cache/cache_world.hpp"
#include "tests/cache/faulty_store.hpp"
#include "tests/cache/held_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

using store_fate = faulty_store::fate;
using fate = rotating_provider::fate;

const token_key ann{"hike", "id", "ann"};

using faulty_world = world_over<faulty_store>;

}  // namespace

TEST_CASE("a successor is not lost to its own predecessor, whose commit had come through unheard") {
    faulty_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann", 100s)));
    world.disturbed->on_commit = store_fate::answer_lost;
    world.turn(101s);
    CHECK(text(world.cache.peek(ann)) == "access-ann-2");
    // The store has it, which is not known; now it cannot be read, and the next refresh goes on alone.
    world.disturbed->on_commit = store_fate::failed;
    world.disturbed->on_lease = store_fate::failed;
    world.turn(1h);
    CHECK(text(world.cache.peek(ann)) == "access-ann-3");
    world.disturbed->on_commit = world.disturbed->on_lease = store_fate::served;
    world.turn(2min);
    CHECK(world.cache.statistics().unsaved == 0);
    CHECK(text(world.cache.peek(ann)) == "access-ann-3");
    CHECK(text(world.run(world.cache.refresh(ann))) == "access-ann-4");
    CHECK(world.provider.refusals() == 0);
}

TEST_CASE("while the store does not take a successor, no other process uses the spent refresh token") {
    const auto store_time = std::make_shared<manual_clock>();
    faulty_world world{std::make_shared<faulty_store>(store_time)};
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    token_cache elsewhere{world.context.get_executor(), world.store, on(world.clock)};
    elsewhere.serve(world.client_of("hike"));
    world.disturbed->on_commit = store_fate::failed;
    CHECK(text(world.run(world.cache.refresh(ann))) == "access-ann-2");
    for (int half_minute = 0; half_minute < 20; ++half_minute) {
        (void)world.start(elsewhere.refresh(ann));
        store_time->advance(30s);
        world.turn(30s);
    }
    CHECK(world.provider.requests() == 1);
    CHECK(world.cache.statistics().unsaved == 1);
    world.disturbed->on_commit = store_fate::served;
    world.turn(1min);
    CHECK(world.cache.statistics().unsaved == 0);
    CHECK(text(world.run(elsewhere.get(ann))) == "access-ann-2");
    CHECK(world.provider.refusals() == 0);
}

TEST_CASE("a successor that waits for the store is not taken back by its predecessor at the next refresh") {
    faulty_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann", 100s)));
    world.disturbed->on_commit = store_fate::answer_lost;
    world.turn(101s);
    world.disturbed->on_commit = store_fate::failed;
    world.disturbed->on_lease = store_fate::failed;
    world.turn(1h);
    CHECK(text(world.cache.peek(ann)) == "access-ann-3");
    world.disturbed->on_lease = store_fate::served;  // the store can be read again, and not be written
    world.turn(1h);
    CHECK(text(world.cache.peek(ann)) == "access-ann-4");
    CHECK(world.provider.refusals() == 0);
}

TEST_CASE("a login is committed within the store's time, or is there all the same") {
    faulty_world world;
    world.disturbed->on_commit = store_fate::hung;
    const auto login = world.start(world.cache.put(ann, world.fresh_token("ann")));
    world.settle();
    CHECK_FALSE(login->done());
    CHECK_FALSE(world.cache.peek(ann));
    world.turn(11s);
    CHECK(login->why().code == errc::store_failed);
    CHECK(text(world.cache.peek(ann)) == "access-ann-0");
    world.disturbed->on_commit = store_fate::served;
    world.turn(1min);
    CHECK(world.run(world.store->load(ann)).has_value());
}

TEST_CASE("a later login is not overwritten by the commit of an earlier one") {
    faulty_world world;
    world.disturbed->on_commit = store_fate::failed;
    CHECK(world.failure_of(world.cache.put(ann, world.named_token("first"))).code == errc::store_full);
    world.disturbed->on_commit = store_fate::hung;
    world.turn(2s);  // the first one is being tried again
    world.disturbed->on_commit = store_fate::served;
    world.run(world.cache.put(ann, world.named_token("second")));
    world.turn(5min);
    CHECK(text(world.run(world.cache.get(ann))) == "second");
    CHECK(world.run(world.store->load(ann))->record.value.access_token == secret{"second"});
}

TEST_CASE("what was erased is not written again by a commit that was waiting") {
    faulty_world world;
    world.disturbed->on_commit = store_fate::failed;
    CHECK(world.failure_of(world.cache.put(ann, world.named_token("first"))).code == errc::store_full);
    world.disturbed->on_commit = store_fate::served;
    CHECK(world.run(world.cache.erase(ann)));
    world.turn(5min);
    CHECK_FALSE(world.run(world.store->load(ann)));
    CHECK(world.cache.statistics().unsaved == 0);
}

TEST_CASE("an erasure that failed leaves the token, and its commit goes on") {
    faulty_world world;
    world.disturbed->on_commit = store_fate::failed;
    CHECK(world.failure_of(world.cache.put(ann, world.named_token("first"))).code == errc::store_full);
    world.disturbed->on_erase = store_fate::failed;
    CHECK(world.failure_of(world.cache.erase(ann)).code == errc::store_full);
    CHECK(text(world.cache.peek(ann)) == "first");
    world.disturbed->on_commit = store_fate::served;
    world.turn(5min);
    CHECK(world.run(world.store->load(ann)).has_value());
}

TEST_CASE("a login at another process is found after a refusal here") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann", 100s)));
    world.provider.next(fate::refused);
    world.turn(101s);
    CHECK(needs_login(world.failure_of(world.cache.get(ann))));
    CHECK(world.commit_elsewhere(ann, world.named_token("elsewhere")));
    world.turn(6s);
    CHECK(text(world.run(world.cache.get(ann))) == "elsewhere");
}

TEST_CASE("a login's commit that fails is tried again soon, however often that of a token before it had failed") {
    faulty_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann", 100s)));
    world.disturbed->on_commit = store_fate::failed;
    world.turn(101s);
    for (int minute = 0; minute < 10; ++minute) {
        world.turn(1min);  // the pauses grow
    }
    CHECK(world.cache.statistics().unsaved == 1);
    world.provider.next(fate::refused);
    CHECK(needs_login(world.failure_of(world.cache.refresh(ann))));
    CHECK(world.cache.statistics().unsaved == 0);
    CHECK(world.failure_of(world.cache.put(ann, world.named_token("anew"))).code == errc::store_full);
    CHECK(world.cache.statistics().unsaved == 1);
    world.disturbed->on_commit = store_fate::served;
    world.turn(2s);
    CHECK(world.cache.statistics().unsaved == 0);
    CHECK(world.run(world.store->load(ann))->record.value.access_token == secret{"anew"});
}

TEST_CASE("a login at another process is found after a token without refresh has ended here") {
    cache_world world;
    world.cache.serve(world.client_of("vk"));
    const token_key user{"vk", "id", "7"};
    token short_lived{secret{"vk-1"}};
    short_lived.expires_at = world.clock->now() + 60s;
    world.run(world.cache.put(user, short_lived));
    world.turn(61s);
    CHECK(world.failure_of(world.cache.get(user)).code == errc::token_expired);
    CHECK(world.commit_elsewhere(user, token{secret{"vk-2"}}));
    world.turn(6s);
    CHECK(text(world.run(world.cache.get(user))) == "vk-2");
}

TEST_CASE("a client that is served later refreshes what was there before") {
    cache_world world;
    const token_key other{"hitkey", "id", "ann"};
    world.run(world.cache.put(other, world.fresh_token("ann", 1h)));
    world.turn(10min);
    world.cache.serve(world.client_of("hike"));
    CHECK(world.provider.requests() == 0);
    const token_key later{"github", "id", "ann"};
    CHECK(world.cache.peek(other) != nullptr);
    world.cache.serve(world.client_of("hitkey"));
    world.turn(49min);
    CHECK(world.provider.requests() == 1);
}

TEST_CASE("the second caller with the same 401 does not throw away the refresh that the first one began") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    const token_ptr old = world.run(world.cache.get(ann));
    world.cache.invalidate(ann, old);
    world.provider.hold();
    const auto waits = world.start(world.cache.get(ann));
    world.settle();
    world.cache.invalidate(ann, old);
    world.provider.let_go();
    world.settle();
    REQUIRE(waits->value);
    CHECK(text(*waits->value) == "access-ann-2");
    CHECK(world.provider.requests() == 1);
}

TEST_CASE("the context's end frees its own callers and resumes those of others") {
    const auto clock = std::make_shared<manual_clock>();
    rotating_provider provider;
    boost::asio::io_context callers;
    failure why;
    std::unique_ptr<token_cache> cache;
    {
        boost::asio::io_context works;
        cache_options options;
        options.clock = clock;
        cache = std::make_unique<token_cache>(works.get_executor(), std::make_shared<faulty_store>(clock), options);
        boost::asio::co_spawn(callers, cache->get(ann), [&](std::exception_ptr thrown, token_ptr) {
            try {
                std::rethrow_exception(thrown);
            } catch (const error& told) {
                why = told.details();
            }
        });
        callers.poll();
    }
    callers.restart();
    callers.run();
    CHECK(why.code == errc::shut_down);
    cache.reset();
}

TEST_CASE("close ends in time on the machine's clock, though a store never answers") {
    const auto store = std::make_shared<faulty_store>(std::make_shared<manual_clock>());
    boost::asio::io_context context;
    cache_options options;
    options.store_timeout = std::chrono::milliseconds{30};
    options.refresh_timeout = std::chrono::milliseconds{30};
    token_cache cache{context.get_executor(), store, options};
    store->on_commit = store_fate::hung;
    token fresh{secret{"kept in vain"}};
    fresh.expires_at = std::chrono::system_clock::now() + 1h;
    std::size_t lost = 0;
    const auto work = [](token_cache& in, token with, std::size_t& left) -> awaitable<void> {
        try {
            co_await in.put(ann, std::move(with));
        } catch (const error& told) {
            CHECK(told.reason() == errc::store_failed);
        }
        left = co_await in.close();
    };
    boost::asio::co_spawn(context, work(cache, fresh, lost), [](std::exception_ptr) {});
    context.run();
    CHECK(lost == 1);
}

TEST_CASE("a 401 on the old token leaves a login alone that is on its way to the store") {
    world_over<held_store> world;
    world.cache.serve(world.client_of("hitbox"));
    std::string provider;
    SUBCASE("of a provider with refresh") {
        provider = "hike";
    }
    SUBCASE("of one without") {
        provider = "hitbox";
    }
    CAPTURE(provider);
    const token_key key{provider, "id", "ann"};
    const auto login = [&](const std::string& access) {
        token made = world.named_token(access);
        if (provider == "hitbox") {
            made.refresh_token.reset();
        }
        return world.cache.put(key, std::move(made));
    };
    world.run(login("old"));
    const token_ptr old = world.run(world.cache.get(key));
    world.disturbed->hold_commits = true;
    const auto stored = world.start(login("new"));
    world.settle();
    world.cache.invalidate(key, old);
    const auto asked = world.start(world.cache.get(key));
    world.settle();
    CHECK_FALSE(stored->done());
    CHECK_FALSE(asked->done());
    world.disturbed->let_go();
    world.settle();
    CHECK(stored->value.has_value());
    REQUIRE(asked->value);
    CHECK(text(*asked->value) == "new");
    CHECK(text(world.run(world.cache.get(key))) == "new");
    const auto kept = world.run(world.store->load(key));
    REQUIRE(kept);
    CHECK(kept->record.value.access_token.reveal() == "new");
    CHECK_FALSE(kept->record.refused);
    CHECK(world.count(cache_event_kind::needs_login) == 0);
    CHECK(world.provider.requests() == 0);
}

TEST_CASE("a 401 where no such client is served ends the login for nobody") {
    cache_world world;
    const token_key key{"hike", "id", "ann"};
    world.run(world.cache.put(key, world.fresh_token("ann")));
    token_cache reader{world.context.get_executor(), world.store, on(world.clock)};
    const token_ptr refused = world.run(reader.get(key));
    reader.invalidate(key, refused);
    world.settle();
    const failure why = world.failure_of(reader.get(key));
    CHECK(why.code == errc::token_expired);
    CHECK(why.detail.find("serve") != std::string::npos);
    CHECK_FALSE(world.run(world.store->load(key)).value().record.refused);
    world.cache.invalidate(key, world.run(world.cache.get(key)));
    CHECK(text(world.run(world.cache.get(key))) == "access-ann-2");
    world.turn(6s);
    CHECK(text(world.run(reader.get(key))) == "access-ann-2");
}
