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

TEST_CASE("Hikka as it runs: absolute times, a token that lives longer with use, no revocation by an application") {
    world all;
    all.server.set_behaviour("hikka", {.live_dialect = true});
    const coauth::client hikka = all.client("hikka");
    const coauth::token token = all.log_in(hikka);
    CHECK(token.expires_at == all.clock->now() + 30min);

    const boost::json::value info = all.run(hikka.call("token_info", {}, token));
    const std::string reference{info.at("reference").as_string()};
    const failure refused = all.failure_of(hikka.revoke(token, {{"token_reference", reference}}));
    CHECK(refused.code == errc::insufficient_scope);
    CHECK(refused.provider_code == "permission:denied");
    CHECK(refused.detail.find("the token stays as it was") != std::string::npos);

    all.clock->advance(24h);
    CHECK(all.run(hikka.userinfo(token)).username == "ann");
    all.clock->advance(31 * 24h);
    const failure ended = all.failure_of(hikka.userinfo(token));
    CHECK(ended.http_status == 400);
    CHECK(ended.code == errc::invalid_token);
    CHECK(coauth::needs_login(ended));
}

TEST_CASE("a VK token that was given to another address is told apart from one that is wrong") {
    world all;
    all.server.set_behaviour("vk", {.token_address = "192.0.2.1"});
    const coauth::client vk = all.client("vk");
    const coauth::token token = all.log_in(vk);
    const failure elsewhere = all.failure_of(vk.userinfo(token));
    const failure unknown = all.failure_of(vk.userinfo(coauth::token{coauth::secret{"vk1.a.not-a-token"}}));
    CHECK(elsewhere.code == errc::invalid_token);
    CHECK(elsewhere.provider_text.find("another ip address") != std::string::npos);
    CHECK(elsewhere.detail != unknown.detail);
    CHECK_FALSE(all.run(vk.validate(token)).active);
}

TEST_CASE("a refresh token that HitKey does not repeat goes on serving") {
    world all;
    all.server.set_behaviour("hitkey", {.omit_refresh_token = true});
    const coauth::client hitkey = all.client("hitkey");
    coauth::token token = all.log_in(hitkey);
    const coauth::secret kept = token.refresh_token.value();
    for (int i = 0; i < 2; ++i) {
        token = all.run(hitkey.refresh(token));
        CHECK((token.refresh_token == kept));
    }
    CHECK(all.run(hitkey.userinfo(token)).email == "ann@example.com");
}
