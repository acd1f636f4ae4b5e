// Every awaitable of the token cache and its store written as a user would: with temporaries, braces and string
// literals inside the co_await expression. g++ 12 frees some temporaries there twice; AddressSanitizer shows that none
// of ours are of that kind.
#include "tests/cache/cache_world.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

const std::string long_text(100, 'x');  // never in a string's small buffer

token a_token(cache_world& world, const std::string& account = long_text) {
    return world.fresh_token(account);
}

awaitable<void> get_and_put(cache_world& world) {
    token_cache& cache = world.cache;
    co_await cache.put({"hike", "an account with quite a long name"}, a_token(world));
    co_await cache.put({"hike", "id", long_text}, a_token(world));
    // A list of strings is a temporary that g++ 12 does not even compile in such an expression.
    const token_key scoped = token_key{"hike", "ann"}.with_scopes({"email", "a scope with quite a long name"});
    co_await cache.put(scoped.with_account("another account with a long name"), a_token(world));
    co_await cache.put(scoped, a_token(world));
    co_await cache.put(token_key{"hike", long_text}.with_resource("https://api.example/" + long_text),
                       token{secret{"an access token written in place"}});
    CHECK((co_await cache.get({"hike", "an account with quite a long name"}))->access_token.reveal().size() > 100);
    CHECK(co_await cache.get({"hike", long_text}) == co_await cache.get({"hike", "id", long_text}, 5s));
    CHECK((co_await cache.get(scoped.with_account("another account with a long name"), 1ms)) != nullptr);
    CHECK((co_await cache.refresh({"hike", long_text}))->refresh_token->reveal().size() > 100);
    CHECK(cache.peek({"hike", long_text}) != nullptr);
    cache.invalidate({"hike", long_text}, co_await cache.get({"hike", long_text}));
    CHECK(cache.peek({"hike", long_text}) == nullptr);
    CHECK((co_await cache.get({"hike", long_text})) != nullptr);
}

awaitable<void> end_tokens(cache_world& world) {
    token_cache& cache = world.cache;
    co_await cache.put({"hike", long_text}, a_token(world));
    CHECK(co_await cache.erase({"hike", "id", long_text}));
    CHECK_FALSE(co_await cache.erase({"hike", "an account with quite a long name"}));
    CHECK_THROWS_AS(co_await cache.revoke({"hike", long_text}), error);
    CHECK_THROWS_AS(co_await cache.revoke({"hike", long_text}, {{"user", "a user with quite a long name"}}), error);
    CHECK_THROWS_AS((void)co_await cache.get({"hike", "nobody with quite a long name"}), error);
    CHECK_THROWS_AS((void)co_await cache.refresh({"vk", "nobody with quite a long name"}), error);
    try {
        (void)co_await cache.get({"a provider that is not served", "an account with quite a long name"}, 10ms);
        FAIL("it should have thrown");
    } catch (const error& thrown) {
        CHECK(thrown.reason() == errc::invalid_argument);
    }
}

awaitable<void> walk(cache_world& world) {
    token_cache& cache = world.cache;
    for (int each = 0; each < 3; ++each) {
        co_await cache.put({"hike", long_text + std::to_string(each)}, a_token(world));
    }
    std::string seen;
    // A lambda that captures is named first: as a temporary of the expression it would be freed twice.
    const auto note = [&seen](const store_page::item& each) { seen += each.key.account(); };
    CHECK(co_await cache.for_each(note) == 3);
    CHECK(seen.size() == 303);
    CHECK(co_await cache.load_all() == 0);
    token_cache other{world.context.get_executor(), world.store, {}};
    other.serve(world.client_of("hike"));
    CHECK(co_await other.load_all() == 3);
    CHECK(co_await other.close() == 0);
}

awaitable<std::string> api_call(token_ptr with, std::string what) {
    co_return what + std::string{with->access_token.reveal().substr(0, 7)};
}

awaitable<void> refused_once(int& calls, token_ptr with) {
    if (++calls == 1) {
        failure why;
        why.code = errc::http_status;
        why.http_status = 401;
        throw error{std::move(why)};
    }
    CHECK(with != nullptr);
    co_return;
}

awaitable<void> with_tokens(cache_world& world) {
    token_cache& cache = world.cache;
    co_await cache.put({"hike", long_text}, a_token(world));
    std::string collected;
    int calls = 0;
    CHECK(co_await cache.with_token({"hike", long_text}, [&collected](token_ptr with) -> awaitable<std::string> {
        collected += "called ";
        co_return co_await api_call(std::move(with), "a result that is long enough: ");
    }) == "a result that is long enough: access-");
    co_await cache.with_token({"hike", long_text},
                              [&](token_ptr with) { return refused_once(calls, std::move(with)); });
    CHECK(calls == 2);
    CHECK(world.provider.requests() == 1);
    const auto named = [collected](token_ptr with) { return api_call(std::move(with), collected); };
    CHECK(co_await cache.with_token({"hike", "id", long_text}, named) == "called access-");
    CHECK(co_await cache.with_token({"hike", long_text}, [](token_ptr with) {
        return api_call(std::move(with), "without captures, quite long: ");
    }) == "without captures, quite long: access-");
    CHECK_THROWS_AS(co_await cache.with_token({"hike", "nobody with quite a long name"},
                                              [&](token_ptr with) { return refused_once(calls, std::move(with)); }),
                    error);
}

awaitable<void> use_store(memory_store& store) {
    CHECK(co_await store.commit({"hike", "id", long_text}, token_record{token{secret{long_text + "access"}}}, 0) == 1);
    CHECK((co_await store.load({"hike", "id", long_text}))->version == 1);
    CHECK_FALSE(co_await store.load({"hike", "id", "an account with quite a long name"}));
    CHECK(co_await store.try_lease({"hike", "id", long_text}, "an owner with quite a long name", 10s));
    CHECK_FALSE(co_await store.try_lease({"hike", "id", long_text}, "another owner with a long name", 10s));
    CHECK((co_await store.scan({}, 10)).items.size() == 1);
    CHECK((co_await store.scan("", 10)).next.empty());
    CHECK_THROWS_AS((void)co_await store.scan("a page that is none, with a long name", 1), error);
    CHECK(co_await store.erase({"hike", "id", long_text}));
}

}  // namespace

TEST_CASE("the cache's awaitables are safe however they are written") {
    cache_world world;
    SUBCASE("get, put, refresh, invalidate") {
        world.run(get_and_put(world));
    }
    SUBCASE("erase, revoke, failures") {
        world.run(end_tokens(world));
    }
    SUBCASE("for_each, load_all, close") {
        world.run(walk(world));
    }
    SUBCASE("with_token") {
        world.run(with_tokens(world));
    }
    CHECK(world.run(world.cache.close()) == 0);
}

TEST_CASE("a store's awaitables are safe however they are written") {
    cache_world world;
    memory_store store{world.clock};
    world.run(use_store(store));
}
