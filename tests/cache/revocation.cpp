#include "tests/cache/cache_world.hpp"
#include "tests/cache/faulty_store.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <utility>

// What is left of a token once it is revoked: nothing, whatever was under way.

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace json = boost::json;

namespace {

const token_key ann = token_key{"hike", "ann"}.with_client_id("id");  // as the store has it

/// Hike, if it had a revocation.
provider::profile hike_that_revokes() {
    json::object text = json::parse(provider::builtin_json("hike")).as_object();
    text["operations"].as_object()["revoke"] = {{"method", "POST"},
                                                {"url", "https://api.hikeup.com/oauth/revoke"},
                                                {"form", {{"token", "{refresh_token|access_token}"}}},
                                                {"format", "none"}};
    text["unsupported"].as_object().erase("revoke");
    return provider::load(json::serialize(text));
}

void serve_revocations(token_cache& cache, cache_world& with) {
    cache.serve(client{with.provider,
                       hike_that_revokes(),
                       {.client_id = "id", .client_secret = secret{"client-secret"}},
                       {.clock = with.clock}});
}

struct revoking_world : cache_world {
    explicit revoking_world(std::shared_ptr<token_store> kept_in = nullptr) : cache_world{{}, std::move(kept_in)} {
        serve_revocations(cache, *this);
        run(cache.put(ann, fresh_token("ann")));
    }

    /// A refresh that the provider holds.
    std::shared_ptr<pending<token_ptr>> held_refresh() {
        provider.hold();
        auto refreshed = start(cache.refresh(ann));
        settle();
        return refreshed;
    }
    std::shared_ptr<pending<bool>> started_revocation() {
        auto revoked = start(cache.revoke(ann));
        settle();
        return revoked;
    }
    void let_go() {
        provider.let_go();
        settle();
    }

    void check_that_nothing_is_left() {
        CHECK(provider.working() == 0);
        CHECK_FALSE(run(store->load(ann)));
        CHECK(cache.peek(ann) == nullptr);
        CHECK(failure_of(cache.get(ann)).code == errc::no_token);
    }
};

}  // namespace

TEST_CASE("revoke ends the token at the provider, in the store and in memory") {
    revoking_world world;
    world.run(world.cache.revoke(ann));
    CHECK(world.provider.revocations() == 1);
    world.check_that_nothing_is_left();
    CHECK(world.failure_of(world.cache.revoke(ann)).code == errc::no_token);
}

TEST_CASE("a revocation that fails forgets nothing") {
    revoking_world world;
    world.provider.next(rotating_provider::fate::unavailable);
    CHECK(world.failure_of(world.cache.revoke(ann)).http_status == 503);
    CHECK(world.run(world.cache.get(ann)) != nullptr);
    CHECK(world.run(world.store->load(ann)));
}

TEST_CASE("what the provider cannot revoke is not forgotten either") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    CHECK(world.failure_of(world.cache.revoke(ann)).code == errc::unsupported_operation);
    CHECK(world.cache.peek(ann) != nullptr);
}

TEST_CASE("a refresh that is under way ends first, and what it brought is revoked") {
    revoking_world world;
    const auto refreshed = world.held_refresh();
    const auto revoked = world.started_revocation();
    CHECK_FALSE(revoked->done());
    world.let_go();
    CHECK(refreshed->value);
    CHECK(revoked->value);
    CHECK(world.provider.revocations() == 1);
    world.check_that_nothing_is_left();
}

TEST_CASE("what a refresh brings that was carried out before the revocation is revoked too") {
    revoking_world world;
    world.provider.hold();
    const auto revoked = world.started_revocation();
    const auto refreshed = world.held_refresh();
    world.provider.let_go_second();
    world.settle();
    CHECK(refreshed->value);
    world.let_go();
    CHECK(revoked->value);
    CHECK(world.provider.revocations() == 2);
    world.check_that_nothing_is_left();
}

TEST_CASE("a refresh under way that is refused does not stop the revocation") {
    revoking_world world;
    const auto refreshed = world.held_refresh();
    const auto revoked = world.started_revocation();
    world.provider.next(rotating_provider::fate::refused);
    world.let_go();
    CHECK(needs_login(refreshed->why()));
    CHECK(revoked->value);
    world.check_that_nothing_is_left();
}

TEST_CASE("what another process refreshed meanwhile is revoked, and not what it replaced") {
    revoking_world world;
    token_cache elsewhere{world.context.get_executor(), world.store, on(world.clock)};
    serve_revocations(elsewhere, world);
    (void)world.run(elsewhere.refresh(ann));
    world.run(world.cache.revoke(ann));
    world.check_that_nothing_is_left();
}

TEST_CASE("a revocation does not wait for a refresh without end") {
    revoking_world world;
    (void)world.held_refresh();
    const auto revoked = world.started_revocation();
    world.turn(10min);
    CHECK(revoked->why().code == errc::timeout);
    CHECK(world.run(world.store->load(ann)));
    world.let_go();
}

TEST_CASE("a token that the store has not taken yet is the one that is revoked") {
    const auto store = std::make_shared<faulty_store>(std::make_shared<manual_clock>());
    revoking_world world{store};
    store->on_commit = faulty_store::fate::failed;
    (void)world.run(world.cache.refresh(ann));
    world.run(world.cache.revoke(ann));
    world.check_that_nothing_is_left();
}
