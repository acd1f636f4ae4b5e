// A login's token in the cache.
#include "tests/cache/held_store.hpp"
#include "tests/login/login_world.hpp"

#include <coauth/cache/token_cache.hpp>

#include <doctest/doctest.h>

namespace coauth::test {
namespace {

using namespace std::chrono_literals;

/// A broker over a cache.
struct cached_world : login_world {
    explicit cached_world(backend how) {
        cache_options of_cache;
        of_cache.clock = clock;
        cache = std::make_unique<token_cache>(get_executor(), store, of_cache);
        cache->serve(client_of("hitkey"));
        login_options options;
        options.clock = clock;
        options.cache = cache.get();
        std::visit(
            [&](auto chosen) { broker = std::make_unique<login_broker>(get_executor(), std::move(chosen), options); },
            std::move(how));
    }
    ~cached_world() {
        broker.reset();
        cache.reset();
    }

    std::shared_ptr<held_store> store = std::make_shared<held_store>(clock);
    std::unique_ptr<token_cache> cache;
};

const token_key ann{"hitkey", "id", "ann"};

TEST_CASE("the token is in the cache, and stored, before anybody is told") {
    for (const auto each : backends) {
        cached_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        const auto waiting = world.start(login.completed(5min));
        world.store->hold_commits = true;
        const auto handler = world.start(world.broker->complete(callback_of(login), browser.header()));
        CHECK(world.store->held() == 1);
        CHECK_FALSE(handler->done());
        CHECK_FALSE(waiting->done());
        world.store->let_go();
        world.settle();
        world.settle();
        REQUIRE(handler->value);
        CHECK(handler->value->status == 303);
        CHECK(waiting->value.value() == handler->value->session);
        CHECK(handler->value->session->token == world.cache->peek(ann));
    }
}

TEST_CASE("a store that fails does not fail the login: the cache holds the token") {
    for (const auto each : backends) {
        cached_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        world.store->fail_commits = true;
        const login_answer answer = world.complete(callback_of(login), browser);
        CHECK(answer.status == 303);
        REQUIRE(world.cache->peek(ann));
        CHECK(answer.session->token->access_token.reveal() == "a1");
    }
}

TEST_CASE("a cache that was closed fails the login as one that cannot be made now") {
    for (const auto each : backends) {
        cached_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        static_cast<void>(world.run(world.cache->close()));
        const login_answer answer = world.complete(callback_of(login), browser);
        CHECK(answer.status == 503);
        CHECK(answer.why->code == errc::shut_down);
        CHECK(world.failure_of(login.completed()).code == errc::shut_down);
    }
}

TEST_CASE("a login that close breaks off needs the cache no more, which stores what it was given") {
    for (const auto each : backends) {
        cached_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        world.store->hold_commits = true;
        const auto handler = world.start(world.broker->complete(callback_of(login), browser.header()));
        CHECK(world.store->held() == 1);
        CHECK(world.run(world.broker->close(0ms)) == 1);
        CHECK(handler->value.value().status == 503);
        const auto closed = world.start(world.cache->close());
        CHECK_FALSE(closed->done());
        world.store->let_go();
        world.settle();
        CHECK(closed->value.value() == 0);
        CHECK(world.cache->peek(ann)->access_token.reveal() == "a1");
    }
}

TEST_CASE("a later login of the same user takes the place of the token before it") {
    for (const auto each : backends) {
        cached_world world{each()};
        cookie_jar browser;
        for (const char* access : {"a1", "a2"}) {
            world.providers->on("exchange", 200,
                                R"({"access_token":")" + std::string{access} +
                                    R"(","token_type":"Bearer","refresh_token":"r1","expires_in":3600})");
            const pending_login login = world.begin(world.client_of("hitkey"), browser);
            CHECK(world.complete(callback_of(login), browser).status == 303);
            CHECK(world.cache->peek(ann)->access_token.reveal() == access);
        }
    }
}

}  // namespace
}  // namespace coauth::test
