// What meets what: logins, erasures, 401s and other processes, at every stage of a refresh and of a commit.
#include "tests/cache/cache_world.hpp"
#include "tests/cache/faulty_store.hpp"
#include "tests/cache/held_store.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

using provider_fate = rotating_provider::fate;
using store_fate = faulty_store::fate;

const token_key ann{"hike", "id", "ann"};

std::string stored(cache_world& world) {
    const auto found = world.run(world.store->load(ann));
    return found ? std::string{found->record.value.access_token.reveal()} : "none";
}

}  // namespace

TEST_CASE("a commit whose answer was lost does not cost the successor of its token") {
    const auto clock = std::make_shared<manual_clock>();
    const auto store = std::make_shared<faulty_store>(clock);
    for (const store_fate second : {store_fate::served, store_fate::failed, store_fate::answer_lost}) {
        CAPTURE(static_cast<int>(second));
        cache_world world{{}, store};
        store->on_commit = store->on_lease = store_fate::served;
        world.run(world.cache.put(ann, world.fresh_token("ann", 100s)));
        store->on_commit = store_fate::answer_lost;
        world.clock->advance(101s);
        CHECK(world.run(world.cache.get(ann)) != nullptr);
        CHECK(world.cache.statistics().unsaved == 1);
        // The store is gone altogether for the next one, which has to go without it.
        store->on_lease = store_fate::failed;
        store->on_commit = second;
        const token_ptr newest = world.run(world.cache.refresh(ann));
        CHECK(world.provider.works(newest->refresh_token->reveal()));
        store->on_lease = store->on_commit = store_fate::served;
        world.turn(2min);
        CHECK(world.cache.statistics().unsaved == 0);
        CHECK(stored(world) == text(newest));
        CHECK(world.run(world.cache.refresh(ann)) != nullptr);
        CHECK(world.provider.refusals() == 0);
        CHECK(world.run(world.cache.erase(ann)));
    }
}

TEST_CASE("a consultation that ends too late does not give back the lease of the next one") {
    world_over<held_store> world;
    world.run(world.cache.put(ann, world.fresh_token("ann", 100s)));
    world.disturbed->hold_loads = true;
    world.turn(101s);
    CHECK(world.disturbed->held() == 1);
    world.turn(11s);  // it has had its time
    world.disturbed->hold_loads = false;
    world.provider.hold();
    for (int each = 0; each < 5; ++each) {
        world.turn(1s);
    }
    world.disturbed->let_go();
    for (int each = 0; each < 5; ++each) {
        world.turn(1s);
    }
    CHECK(world.provider.requests() == 1);
    CHECK_FALSE(world.run(world.store->try_lease(ann, "another process", 10s)));
    world.provider.let_go();
    world.settle();
    CHECK(text(world.run(world.cache.get(ann))) == "access-ann-2");
}

TEST_CASE("a refresh that a login overtook does not give back the lease of the login's own") {
    world_over<held_store> world;
    world.hold_refresh_of("ann");
    CHECK(world.provider.requests() == 1);
    world.run(world.cache.put(ann, world.named_token("access-of-login")));
    // The first answer stays away; the login's token is refreshed meanwhile.
    const auto renewed = world.start(world.cache.refresh(ann));
    world.settle();
    CHECK(world.provider.requests() == 2);
    world.provider.let_go_first();
    world.settle();
    CHECK_FALSE(renewed->done());
    CHECK_FALSE(world.run(world.store->try_lease(ann, "another process", 10s)));
    world.provider.let_go();
    world.settle();
    CHECK(renewed->value.has_value());
}

TEST_CASE("a commit that is tried again does not overwrite a later login, however late it comes") {
    world_over<held_store> world;
    world.disturbed->fail_commits = true;
    (void)world.failure_of(world.cache.put(ann, world.named_token("first-login")));
    world.disturbed->fail_commits = false;
    world.disturbed->hold_commits = true;
    world.turn(2s);
    REQUIRE(world.disturbed->held() == 1);
    world.disturbed->hold_commits = false;
    const auto second = world.start(world.cache.put(ann, world.named_token("second-login")));
    world.settle();
    world.disturbed->let_go();
    world.settle();
    world.turn(2min);
    CHECK(second->value.has_value());
    CHECK(stored(world) == "second-login");
    CHECK(text(world.cache.peek(ann)) == "second-login");
}

TEST_CASE("a commit that is tried again does not bring back what was erased") {
    world_over<held_store> world;
    world.disturbed->fail_commits = true;
    (void)world.failure_of(world.cache.put(ann, world.named_token("first-login")));
    world.disturbed->fail_commits = false;
    world.disturbed->hold_commits = true;
    world.turn(2s);
    REQUIRE(world.disturbed->held() == 1);
    const auto erased = world.start(world.cache.erase(ann));
    world.settle();
    world.disturbed->let_go();
    for (int second = 0; second < 30; ++second) {
        world.turn(1s);
    }
    CHECK(erased->done());
    CHECK(stored(world) == "none");
    CHECK(world.failure_of(world.cache.get(ann)).code == errc::no_token);
}

TEST_CASE("a login that the store does not answer is held after the store's time, and stored later") {
    world_over<faulty_store> world;
    world.disturbed->on_commit = store_fate::hung;
    const auto login_put = world.start(world.cache.put(ann, world.fresh_token("ann")));
    world.settle();
    CHECK_FALSE(login_put->done());
    world.turn(11s);
    CHECK(login_put->why().code == errc::store_failed);
    CHECK(text(world.run(world.cache.get(ann))) == "access-ann-0");
    world.disturbed->on_commit = store_fate::served;
    world.turn(1min);
    CHECK(stored(world) == "access-ann-0");
}

TEST_CASE("a login at another process ends the end of a token here") {
    cache_world world;
    token_cache other{world.context.get_executor(), world.store, on(world.clock)};
    other.serve(world.client_of("hike"));
    SUBCASE("that was refused") {
        world.run(world.cache.put(ann, world.fresh_token("ann", 100s)));
        world.provider.next(provider_fate::refused);
        world.turn(101s);
        CHECK(world.failure_of(world.cache.get(ann)).code == errc::invalid_grant);
        world.run(other.put(ann, world.named_token("login-elsewhere")));
        world.turn(1min);
        CHECK(text(world.run(world.cache.get(ann))) == "login-elsewhere");
    }
    SUBCASE("that had ended and could not be refreshed") {
        token unrefreshable = world.fresh_token("ann", 100s);
        unrefreshable.refresh_token.reset();
        world.run(world.cache.put(ann, unrefreshable));
        world.turn(101s);
        CHECK(world.failure_of(world.cache.get(ann)).code == errc::token_expired);
        world.run(other.put(ann, world.named_token("login-elsewhere")));
        world.turn(1min);
        CHECK(text(world.run(world.cache.get(ann))) == "login-elsewhere");
    }
}

TEST_CASE("a token that was refused with a 401 is not handed out again, though it was let go to the store") {
    cache_options options;
    options.max_entries = 4;
    cache_world world{options};
    token of_login = world.fresh_token("ann");
    SUBCASE("that can be refreshed, but not now") {
        world.provider.always(provider_fate::unavailable);
    }
    SUBCASE("that cannot be refreshed") {
        of_login.refresh_token.reset();
    }
    world.run(world.cache.put(ann, of_login));
    world.cache.invalidate(ann, world.run(world.cache.get(ann)));
    world.settle();
    CHECK(world.cache.peek(ann) == nullptr);
    for (int each = 0; each < 8; ++each) {
        world.run(world.cache.put({"hike", std::to_string(each)}, world.fresh_token(std::to_string(each))));
    }
    const auto again = world.start(world.cache.get(ann));
    world.settle();
    CHECK_FALSE(again->value.has_value());
    CHECK(again->done());
}

TEST_CASE("a token that was put before its client was served is refreshed ahead all the same") {
    cache_world world;
    const token_key vk{"vk", "id", "7"};
    const token_key other{"hike", "other", "ann"};
    world.run(world.cache.put(other, world.fresh_token("ann")));
    client second{world.provider,
                  provider::builtin("hike"),
                  {.client_id = "other", .client_secret = secret{"s"}, .redirect_uri = "https://a.example/cb"},
                  {.clock = world.clock}};
    world.cache.serve(std::move(second));
    world.turn(59min);
    CHECK(world.provider.requests() == 1);
    CHECK(text(world.cache.peek(other)) == "access-ann-2");
}

TEST_CASE("callers who report the same 401 late cause no second refresh") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    const token_ptr first = world.run(world.cache.get(ann));
    world.provider.hold();
    world.cache.invalidate(ann, first);
    const auto waits = world.start(world.cache.get(ann));
    world.settle();
    for (int straggler = 0; straggler < 5; ++straggler) {
        world.cache.invalidate(ann, first);
        world.settle();
    }
    world.provider.let_go();
    world.settle();
    CHECK(waits->value.has_value());
    CHECK(world.provider.requests() == 1);
}

TEST_CASE("a refresh that was begun before a 401 is not handed out") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann", 1h)));
    const token_ptr first = world.run(world.cache.get(ann));
    world.provider.hold();
    world.turn(59min);
    CHECK(world.provider.requests() == 1);
    world.cache.invalidate(ann, first);
    const auto waits = world.start(world.cache.get(ann));
    world.settle();
    world.provider.let_go();
    world.settle();
    CHECK(world.provider.requests() == 2);
    CHECK(text(*waits->value) == "access-ann-3");
}

TEST_CASE("a provider that issues ended tokens is asked ever more seldom") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann", 100s)));
    world.provider.lifetime = 0;
    for (int second = 0; second < 700; ++second) {
        world.turn(1s);
    }
    CHECK(world.provider.requests() < 30);
    CHECK(world.count(cache_event_kind::refresh_failed) < 30);
}
