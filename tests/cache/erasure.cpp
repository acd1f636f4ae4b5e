#include "tests/cache/cache_world.hpp"
#include "tests/cache/faulty_store.hpp"
#include "tests/cache/held_store.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>

// An erasure beside logins and refreshes: what was erased is gone, what came after it stays, and no refresh token is
// spent twice.

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

const token_key ann = token_key{"hike", "ann"}.with_client_id("id");  // as the store has it

struct held_world : world_over<held_store> {
    [[nodiscard]] std::string stored() {
        const auto found = run(store->load(ann));
        return found ? std::string{found->record.value.access_token.reveal()} : "none";
    }

    /// A login whose commit the store holds.
    auto held_login(const std::string& access) {
        disturbed->hold_commits = true;
        auto begun = start(cache.put(ann, named_token(access)));
        settle();
        disturbed->hold_commits = false;
        return begun;
    }
};

}  // namespace

TEST_CASE("a login that drops a refresh and is then erased does not have the spent refresh token used again") {
    held_world world;
    world.hold_refresh_of("ann");
    const auto login = world.held_login("second-login");
    world.provider.let_go();
    world.settle();  // the provider has rotated the first login's refresh token, and nobody gets what it issued
    world.disturbed->hold_erasures = true;
    const auto erased = world.start(world.cache.erase(ann));
    world.settle();
    const auto asked = world.start(world.cache.get(ann));
    world.settle();
    world.disturbed->let_go();
    world.settle();
    world.turn(1min);
    CHECK(login->value.has_value());
    CHECK(erased->value.has_value());
    CHECK(asked->done());
    CHECK(world.provider.refusals() == 0);
    CHECK(world.stored() == "none");
}

TEST_CASE("another process does not use the refresh token that a dropped refresh has spent") {
    held_world world;
    token_cache other{world.context.get_executor(), world.store, on(world.clock)};
    other.serve(world.client_of("hike"));
    world.hold_refresh_of("ann");
    const auto login = world.held_login("second-login");
    world.provider.let_go();
    world.settle();
    const auto asked = world.start(other.get(ann));
    world.settle();
    CHECK(world.provider.refusals() == 0);
    CHECK_FALSE(asked->done());
    world.disturbed->let_go();
    world.settle();
    for (int step = 0; step < 10; ++step) {
        world.turn(500ms);
    }
    CHECK(text(asked->value.value()) == "second-login");
    CHECK(world.provider.refusals() == 0);
}

TEST_CASE("a login that is being stored when an erasure fails is not lost") {
    world_over<faulty_store> world;
    world.disturbed->on_erase = faulty_store::fate::failed;
    const auto login = world.start(world.cache.put(ann, world.named_token("login")));
    CHECK(world.failure_of(world.cache.erase(ann)).code == errc::store_full);
    CHECK(login->value.has_value());
    CHECK(text(world.cache.peek(ann)) == "login");
    CHECK(world.run(world.store->load(ann)).has_value());
}

TEST_CASE("a login that comes while the store erases is erased too, or stays: in the store as in memory") {
    held_world world;
    world.run(world.cache.put(ann, world.named_token("first-login")));
    world.disturbed->hold_erasures = true;
    const auto erased = world.start(world.cache.erase(ann));
    world.settle();
    SUBCASE("and is stored before the erasure") {
        world.run(world.cache.put(ann, world.named_token("second-login")));
        world.disturbed->let_go();
    }
    SUBCASE("and is stored after it") {
        const auto second = world.held_login("second-login");
        world.disturbed->let_go();
        world.settle();
        CHECK(second->value.has_value());
    }
    world.settle();
    CHECK(erased->value.has_value());
    CHECK(world.stored() == text(world.cache.peek(ann)));
}

TEST_CASE("a login that comes after an erasure stays, though a commit from before it ends late") {
    held_world world;
    const auto first = world.held_login("first-login");
    world.turn(11s);  // longer than the store may take: the cache goes on without its answer
    CHECK(world.run(world.cache.erase(ann)));
    SUBCASE("the late one is erased again") {
        world.disturbed->let_go();
        world.settle();
        CHECK(world.stored() == "none");
        world.run(world.cache.put(ann, world.named_token("second-login")));
    }
    SUBCASE("the late one loses against the new one") {
        world.run(world.cache.put(ann, world.named_token("second-login")));
        world.disturbed->let_go();
    }
    world.settle();
    world.turn(1min);
    CHECK(world.stored() == "second-login");
    CHECK(text(world.cache.peek(ann)) == "second-login");
}

TEST_CASE("what is erased while load_all reads does not come back") {
    held_world world;
    const token_key bob{"hike", "id", "bob"};
    const token_record anns{world.fresh_token("ann")};
    const token_record bobs{world.fresh_token("bob")};
    REQUIRE(world.run(world.store->commit(ann, anns, 0)));
    REQUIRE(world.run(world.store->commit(bob, bobs, 0)));
    world.disturbed->hold_scans = true;
    const auto loaded = world.start(world.cache.load_all());
    world.settle();
    CHECK(world.run(world.cache.erase(ann)));
    world.disturbed->let_go();
    world.settle();
    CHECK(*loaded->value == 1);
    CHECK(text(world.cache.peek(ann)) == "none");
    CHECK(text(world.cache.peek(bob)) == "access-bob-0");
}
