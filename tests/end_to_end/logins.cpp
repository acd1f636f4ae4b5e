#include "tests/end_to_end/world.hpp"

#include <doctest/doctest.h>

using coauth::test::world;
using namespace std::chrono_literals;

TEST_CASE("Hikka: from the consent page to the revocation") {
    world all;
    const coauth::client hikka = all.client("hikka");
    const coauth::authorization login = hikka.authorize({.scopes = {"read:user-details", "read:watchlist"}});
    CHECK(login.url == "https://hikka.io/oauth?reference=sandbox-client&scope=read:user-details,read:watchlist");

    const coauth::grant grant = hikka.read_callback(login, all.browse(login.url));
    const coauth::token token = all.run(hikka.exchange(grant));
    CHECK(token.expires_at == all.clock->now() + 3600s);
    CHECK(token.scopes == std::vector<std::string>{"read:user-details", "read:watchlist"});
    CHECK(token.extra.contains("token_reference"));

    const coauth::identity who = all.run(hikka.userinfo(token));
    CHECK_FALSE(who.subject.empty());
    CHECK(who.username == "ann");
    CHECK(all.run(hikka.call("token_info", {}, token)).is_object());

    all.run(hikka.revoke(token));
    CHECK(coauth::needs_login(all.failure_of(hikka.userinfo(token))));
}

TEST_CASE("HitKey: from registering a client to refreshing its token") {
    world all;
    const coauth::client registrar = all.client("hitkey");
    const coauth::token api{coauth::secret{"sandbox-api-token"}};
    const boost::json::value made = all.run(
        registrar.call("register_client", {{"name", "My app"}, {"redirect_uri", "https://app.example/other"}}, api));
    const coauth::client hitkey{all.pool,
                                coauth::provider::builtin("hitkey"),
                                {.client_id = std::string(made.at("client_id").as_string()),
                                 .client_secret = coauth::secret{std::string(made.at("client_secret").as_string())},
                                 .redirect_uri = "https://app.example/other"},
                                {.clock = all.clock}};
    CHECK(all.run(registrar.call("list_clients", {}, api)).is_array());

    coauth::token token = all.log_in(hitkey);
    const coauth::identity who = all.run(hitkey.userinfo(token));
    CHECK(who.subject.size() == 36);
    CHECK(who.email);

    const coauth::token fresh = all.run(hitkey.refresh(token));
    CHECK_FALSE(fresh.access_token == token.access_token);
    CHECK(fresh.refresh_token == token.refresh_token);
    CHECK(all.run(hitkey.userinfo(fresh)).subject == who.subject);
}

TEST_CASE("Hike: exchange and rotating refresh") {
    world all;
    const coauth::client hike = all.client("hike");
    const coauth::token first = all.log_in(hike);
    REQUIRE(first.expires_at);
    CHECK(*first.expires_at > all.clock->now());

    const coauth::token second = all.run(hike.refresh(first));
    CHECK_FALSE(second.access_token == first.access_token);
    CHECK_FALSE(second.refresh_token == first.refresh_token);
    const coauth::token third = all.run(hike.refresh(second));
    CHECK_FALSE(third.refresh_token == second.refresh_token);
}

TEST_CASE("VK: the token comes in the fragment") {
    world all;
    const coauth::client vk = all.client("vk");
    const coauth::authorization login = vk.authorize({.scopes = {"video", "groups", "wall"}});
    const std::string callback = all.browse(login.url);
    CHECK(callback.find("#access_token=") != std::string::npos);

    const coauth::grant grant = vk.read_callback(login, callback);
    const coauth::token token = all.run(vk.exchange(grant));
    CHECK(token.expires_at == all.clock->now() + 86400s);
    CHECK_FALSE(token.refresh_token);
    const coauth::identity who = all.run(vk.userinfo(token));
    CHECK(who.subject == std::string(token.extra.at("user_id").as_string()));
    CHECK(all.run(vk.validate(token)).active);
}

TEST_CASE("Hitbox: a request token first, then the token at once, then the application is removed") {
    world all;
    const coauth::client hitbox = all.client("hitbox");
    const coauth::authorization login = hitbox.authorize();
    const coauth::grant first = hitbox.read_callback(login, all.browse(login.url));
    CHECK_FALSE(first.issued);
    const coauth::token token = all.run(hitbox.exchange(first));
    CHECK_FALSE(token.expires_at);

    const coauth::grant again = hitbox.read_callback(login, all.browse(hitbox.authorize().url));
    CHECK(again.issued);
    const coauth::grant forced =
        hitbox.read_callback(login, all.browse(hitbox.authorize({.extra = {{"force_auth", "true"}}}).url));
    CHECK_FALSE(forced.issued);

    const coauth::identity who = all.run(hitbox.userinfo(token));
    const boost::json::value apps = all.run(hitbox.call("list_apps", {{"user", who.subject}}, token));
    CHECK(apps.at("apps").as_array().size() == 1);
    all.run(hitbox.revoke(token, {{"user", who.subject}}));
    CHECK(all.failure_of(hitbox.userinfo(token)).code == coauth::errc::invalid_token);
}

TEST_CASE("a login takes two requests on one connection, and the next login opens none") {
    world all;
    const coauth::client hitkey = all.client("hitkey");
    const coauth::authorization login = hitkey.authorize();
    const std::string callback = all.browse(login.url);
    const coauth::pool_statistics before = all.pool.statistics();
    const coauth::token token = all.run(hitkey.exchange(hitkey.read_callback(login, callback)));
    CHECK(all.run(hitkey.userinfo(token)).provider == "hitkey");
    const coauth::pool_statistics after = all.pool.statistics();
    CHECK(after.requests - before.requests == 2);
    CHECK(after.opened - before.opened == 1);
    CHECK(after.reused - before.reused == 1);

    const coauth::token next = all.log_in(hitkey);
    CHECK(all.pool.statistics().opened == after.opened);
    CHECK_FALSE(next.access_token == token.access_token);
}
