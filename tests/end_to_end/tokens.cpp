#include "tests/end_to_end/world.hpp"

#include <doctest/doctest.h>

using coauth::errc;
using coauth::failure;
using coauth::test::world;
using namespace std::chrono_literals;

TEST_CASE("an expired token needs a refresh or a login, whatever the provider calls it") {
    for (const char* provider : {"hikka", "hitkey", "vk"}) {
        CAPTURE(provider);
        world all;
        const coauth::client client = all.client(provider);
        const coauth::token token = all.log_in(client);
        CHECK_FALSE(token.expired(all.clock->now()));
        all.clock->advance(25h);
        CHECK(token.expired(all.clock->now()));
        const failure what = all.failure_of(client.userinfo(token));
        CHECK(what.code == errc::invalid_token);
        CHECK(coauth::needs_login(what));
    }
}

TEST_CASE("a refresh token that was used before costs the whole family") {
    world all;
    const coauth::client hike = all.client("hike");
    const coauth::token first = all.log_in(hike);
    const coauth::token second = all.run(hike.refresh(first));
    CHECK(all.failure_of(hike.refresh(first)).code == errc::invalid_grant);
    CHECK(all.failure_of(hike.refresh(second)).code == errc::invalid_grant);
}

TEST_CASE("what VK says of a token that is no good is an answer, not a failure") {
    world all;
    const coauth::client vk = all.client("vk");
    const coauth::validation seen = all.run(vk.validate(coauth::token{coauth::secret{"vk1.a.not-a-token"}}));
    CHECK_FALSE(seen.active);
    CHECK_FALSE(seen.reason.empty());
}

TEST_CASE("a Hitbox token that nobody has is refused by an empty list") {
    world all;
    const failure what = all.failure_of(all.client("hitbox").userinfo(coauth::token{coauth::secret{"nobodys-token"}}));
    CHECK(what.code == errc::invalid_token);
    CHECK(what.message().find("nobodys-token") == std::string::npos);
}

TEST_CASE("users are told apart") {
    for (const char* provider : {"hikka", "hitkey", "vk", "hitbox"}) {
        CAPTURE(provider);
        world all;
        const coauth::client client = all.client(provider);
        const coauth::identity ann = all.run(client.userinfo(all.log_in(client, "ann")));
        const coauth::identity bob = all.run(client.userinfo(all.log_in(client, "bob")));
        CHECK(ann.subject != bob.subject);
    }
}
