#include "tests/end_to_end/world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace coauth;
using namespace std::chrono_literals;

namespace {

/// A cache over the sandbox's real TLS, on the sandbox's clock.
struct kept {
    explicit kept(test::world& in)
        : all{in}, cache{in.context.get_executor(), std::make_shared<memory_store>(in.clock), options(in)} {
        for (const char* provider : {"hike", "hitkey", "hitbox", "vk"}) {
            cache.serve(in.client(provider));
        }
    }

    /// Logs in, and puts the token into the cache.
    token_key log_in(const std::string& provider) {
        const token issued = all.log_in(all.client(provider));
        const token_key key{provider, "ann"};
        all.run(cache.put(key, issued));
        return key;
    }

    [[nodiscard]] std::vector<std::string> heard() const {
        std::vector<std::string> names;
        for (const cache_event& each : events) {
            names.push_back(each.key.provider() + " " + std::string{name_of(each.what)});
        }
        return names;
    }

    /// Runs until the cache has told so many events.
    void hear(std::size_t count) {
        while (events.size() < count) {
            all.context.run_one();
        }
    }

    test::world& all;
    std::vector<cache_event> events;
    token_cache cache;

private:
    cache_options options(test::world& in) {
        cache_options chosen;
        chosen.clock = in.clock;
        chosen.on_event = [this](const cache_event& told) { events.push_back(told); };
        return chosen;
    }
};

}  // namespace

TEST_CASE("a rotating token is refreshed ahead of its end, again and again, and every one of them works") {
    test::world all;
    kept tokens{all};
    const token_key ann = tokens.log_in("hike");
    std::string last;
    for (std::size_t round = 1; round <= 5; ++round) {
        const token_ptr now = all.run(tokens.cache.get(ann));
        REQUIRE(now->expires_at);
        CHECK(std::string{now->access_token.reveal()} != last);
        last = now->access_token.reveal();
        all.clock->advance(*now->expires_at - all.clock->now() - 1min);
        tokens.hear(round);
        CHECK(tokens.heard().back() == "hike refreshed");
    }
    CHECK(all.server.calls("hike", "POST /oauth/token") == 1 + 5);
}

TEST_CASE("an expired token is refreshed once for all who ask, over TLS") {
    test::world all;
    kept tokens{all};
    for (const char* provider : {"hike", "hitkey"}) {
        const token_key ann = tokens.log_in(provider);
        const token_ptr old = all.run(tokens.cache.get(ann));
        tokens.cache.invalidate(ann, old);
        int good = 0;
        for (int each = 0; each < 200; ++each) {
            boost::asio::co_spawn(all.context, tokens.cache.get(ann), [&](std::exception_ptr thrown, token_ptr got) {
                good += !thrown && got && got != old ? 1 : 0;
            });
        }
        CHECK(all.run(tokens.cache.get(ann)) != old);
        while (good < 200) {
            REQUIRE(all.context.run_one() == 1);
        }
        CHECK(all.server.calls(provider, "POST /oauth/token") == 1 + 1);
    }
}

TEST_CASE("a token whose family was revoked needs a login") {
    test::world all;
    kept tokens{all};
    const token_key ann = tokens.log_in("hike");
    const token_ptr first = all.run(tokens.cache.get(ann));
    CHECK(all.run(tokens.cache.refresh(ann)) != first);
    // Somebody else uses the spent refresh token: the provider ends the family.
    CHECK(all.failure_of(all.client("hike").refresh(*first)).code == errc::invalid_grant);
    const failure why = all.failure_of(tokens.cache.refresh(ann));
    CHECK(why.code == errc::invalid_grant);
    CHECK(needs_login(why));
    tokens.hear(2);
    CHECK(tokens.heard() == std::vector<std::string>{"hike refreshed", "hike needs_login"});
}

TEST_CASE("a cached token is revoked at the provider, in the store and in memory") {
    test::world all;
    kept tokens{all};
    const token_key ann = tokens.log_in("hitbox");
    const token_ptr held = all.run(tokens.cache.get(ann));
    all.run(tokens.cache.revoke(ann, {{"user", "ann"}}));
    CHECK(all.failure_of(all.client("hitbox").userinfo(*held)).code == errc::invalid_token);
    CHECK(all.failure_of(tokens.cache.get(ann)).code == errc::no_token);
}

TEST_CASE("with_token sends an API call once more after the provider's 401") {
    test::world all;
    kept tokens{all};
    const token_key ann = tokens.log_in("hitkey");
    const client hitkey = all.client("hitkey");
    // The provider ends the access token before its time; the refresh token goes on.
    all.clock->advance(2h);
    token stale = *all.run(tokens.cache.get(ann));
    int calls = 0;
    const auto who = [&](token_ptr with) -> awaitable<identity> {
        ++calls;
        token used = *with;
        if (calls == 1) {
            used.access_token = secret{"ended-before-its-time"};
        }
        return hitkey.userinfo(std::move(used));
    };
    CHECK_FALSE(all.run(tokens.cache.with_token(ann, who)).subject.empty());
    CHECK(calls == 2);
}
