#include "tests/flow/scripted_transport.hpp"

#include <coauth/core/manual_clock.hpp>
#include <coauth/flow/client.hpp>
#include <coauth/provider/catalog.hpp>

#include <doctest/doctest.h>

using coauth::test::run;
using coauth::test::scripted_transport;
using namespace std::chrono_literals;

namespace {

const coauth::credentials who{"my-client", coauth::secret{"my-secret"}, "https://app.example/callback"};

coauth::client client_of(const char* provider, coauth::transport& via, coauth::client_options options = {}) {
    return coauth::client{via, coauth::provider::builtin(provider), who, std::move(options)};
}

coauth::token token_with_refresh() {
    coauth::token token{coauth::secret{"at-1"}};
    token.token_type = "Bearer";
    token.refresh_token = coauth::secret{"rt-1"};
    return token;
}

}  // namespace

TEST_CASE("a login: authorize, callback, exchange, userinfo") {
    scripted_transport via;
    const auto clock = std::make_shared<coauth::manual_clock>();
    const coauth::client hitkey = client_of("hitkey", via, {.clock = clock});

    const coauth::authorization login = hitkey.authorize({.scopes = {"openid", "email"}});
    CAPTURE(login.url);
    CHECK(login.url.starts_with("https://hitkey.io/?"));
    CHECK(via.sent.empty());

    const coauth::grant grant = hitkey.read_callback(login, "/callback?code=the-code&state=" + login.state);
    via.answer(
        200,
        R"({"access_token":"at","refresh_token":"rt","token_type":"Bearer","expires_in":3600,"scope":"openid email"})");
    const coauth::token token = run(hitkey.exchange(grant));
    CHECK(token.access_token.reveal() == "at");
    CHECK(token.expires_at == clock->now() + 3600s);
    REQUIRE(via.sent.size() == 1);
    CHECK(via.sent[0].method() == "POST");
    CHECK(via.sent[0].url() == "https://api.hitkey.io/oauth/token");
    CHECK(via.sent[0].operation == "exchange");
    CHECK(via.sent[0].provider == "hitkey");
    CHECK_FALSE(via.sent[0].idempotent);
    CHECK(via.sent[0].body().find("\"code\":\"the-code\"") != std::string::npos);

    via.answer(
        200,
        R"({"sub":"550e8400-e29b-41d4-a716-446655440000","email":"user@example.com","email_verified":true,"name":"John Doe"})");
    const coauth::identity identity = run(hitkey.userinfo(token));
    CHECK(identity.provider == "hitkey");
    CHECK(identity.subject == "550e8400-e29b-41d4-a716-446655440000");
    CHECK(identity.email_verified == true);
    CHECK(via.sent[1].idempotent);
}

TEST_CASE("a refresh that leaves the refresh token out keeps the old one") {
    scripted_transport via;
    via.answer(200, R"({"access_token":"at-2","token_type":"Bearer","expires_in":3600})");
    const coauth::token fresh = run(client_of("hitkey", via).refresh(token_with_refresh()));
    CHECK(fresh.access_token.reveal() == "at-2");
    REQUIRE(fresh.refresh_token);
    CHECK(fresh.refresh_token->reveal() == "rt-1");
}

TEST_CASE("a refresh that rotates hands out the new refresh token") {
    scripted_transport via;
    via.answer(200,
               R"({"access_token":"at-2","token_type":"Bearer","expires_in":10,"expires":1,"refresh_token":"rt-2"})");
    const coauth::token fresh = run(client_of("hike", via).refresh(token_with_refresh()));
    REQUIRE(fresh.refresh_token);
    CHECK(fresh.refresh_token->reveal() == "rt-2");
}

TEST_CASE("a callback that brought the token needs no exchange") {
    scripted_transport via;
    const coauth::client vk = client_of("vk", via);
    const coauth::authorization login = vk.authorize();
    const coauth::grant grant = vk.read_callback(
        login,
        "https://oauth.vk.com/blank.html#access_token=vk1.a.ABC&expires_in=86400&user_id=123456&state=" + login.state);
    const coauth::token token = run(vk.exchange(grant));
    CHECK(token.access_token.reveal() == "vk1.a.ABC");
    CHECK(via.sent.empty());
}

TEST_CASE("revoking, validating, and calling a further operation") {
    scripted_transport via;
    const coauth::token token = token_with_refresh();

    via.answer(200, R"({"error":false,"success":true})");
    run(client_of("hitbox", via).revoke(token, {{"user", "ann"}}));
    CHECK(via.sent[0].method() == "POST");
    CHECK(via.sent[0].url() == "https://www.hitbox.tv/api/oauthaccess/ann?authToken=at-1");
    CHECK(via.sent[0].safe_url().find("at-1") == std::string::npos);

    via.answer(200, R"({"response":[{"id":1,"first_name":"A","last_name":"B"}]})");
    CHECK(run(client_of("vk", via).validate(token)).active);
    via.answer(200, R"({"error":{"error_code":5,"error_msg":"User authorization failed: invalid session."}})");
    const coauth::validation refused = run(client_of("vk", via).validate(token));
    CHECK_FALSE(refused.active);
    CHECK(refused.reason.find("invalid session") != std::string::npos);

    via.answer(200, R"({"apps":[{"name":"Third Party Site","description":"App Description"}]})");
    const boost::json::value apps = run(client_of("hitbox", via).call("list_apps", {{"user", "ann"}}, token));
    CHECK(apps.at("apps").at(0).at("name") == "Third Party Site");
    CHECK(via.exhausted());
}

TEST_CASE("a client tells who it is, and what it was made for") {
    scripted_transport via;
    const coauth::client hitkey = client_of("hitkey", via);
    CHECK(hitkey.client_id() == "my-client");
    CHECK(hitkey.with_timeout(1s).client_id() == "my-client");
    CHECK(hitkey.profile().name() == "hitkey");
}

TEST_CASE("a client's limit of nesting holds for each reply") {
    scripted_transport via;
    const std::string body = R"({"sub":"s","access_token":"a","token_type":"Bearer","x":[[[]]]})";
    const auto takes = [&](std::size_t limit) {
        const coauth::client hitkey = client_of("hitkey", via, {.max_json_depth = limit});
        for (int i = 0; i < 4; ++i) {
            via.answer(200, body);
        }
        try {
            run(hitkey.exchange(coauth::grant{coauth::secret{"code"}}));
            run(hitkey.refresh(token_with_refresh()));
            run(hitkey.userinfo(token_with_refresh()));
            run(hitkey.call("list_clients", {}, token_with_refresh()));
        } catch (const coauth::error& why) {
            CHECK(why.reason() == coauth::errc::malformed_reply);
            return false;
        }
        return true;
    };
    CHECK(takes(4));
    CHECK_FALSE(takes(3));
    for (const std::size_t senseless : {std::size_t{0}, std::size_t{1001}, std::size_t(-1)}) {
        const coauth::failure why =
            coauth::test::failure_of([&] { client_of("hitkey", via, {.max_json_depth = senseless}); });
        CHECK(why.code == coauth::errc::invalid_argument);
        CHECK(why.detail == "client_options::max_json_depth has to be from 1 to 1000");
    }
}

TEST_CASE("a client's timeout goes with each request") {
    scripted_transport via;
    const coauth::client hitkey = client_of("hitkey", via);
    const coauth::client patient = hitkey.with_timeout(90s);
    for (int i = 0; i < 2; ++i) {
        via.answer(200, R"({"sub":"s"})");
    }
    run(hitkey.userinfo(token_with_refresh()));
    run(patient.userinfo(token_with_refresh()));
    CHECK_FALSE(via.sent[0].timeout);
    CHECK(via.sent[1].timeout == 90s);
}

TEST_CASE("an awaitable needs its client no more") {
    scripted_transport via;
    via.answer(200, R"({"sub":"s"})");
    coauth::awaitable<coauth::identity> operation = [&] {
        const coauth::client brief = client_of("hitkey", via);
        return brief.userinfo(token_with_refresh());
    }();
    CHECK(run(std::move(operation)).subject == "s");
}
