#include "tests/provider/dialect.hpp"

#include <doctest/doctest.h>

using namespace coauth;
using namespace std::chrono_literals;
using steps::header;
using steps::now;
using texts = std::vector<std::string>;

namespace {

token wechat_token() {
    return dialect("wechat").read_token(R"({"access_token": "ACCESS_TOKEN", "expires_in": 7200, "refresh_token":
        "REFRESH_TOKEN", "openid": "OPENID", "scope": "snsapi_login", "unionid": "o6_bmasdasdsad6_2sgVt7hMZOPfL"})");
}

}  // namespace

TEST_CASE("WeChat: renamed parameters in their order, and a fragment at the end") {
    CHECK(dialect("wechat").authorize().url ==
          "https://open.weixin.qq.com/connect/qrconnect?appid=app-1&redirect_uri=https%3A%2F%2Fgame.example%2Fcallback"
          "&response_type=code&scope=snsapi_login&state=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk#wechat_redirect");
}

TEST_CASE("WeChat: the exchange is a GET whose query the safe URL does not show") {
    const dialect wechat("wechat");
    const auto exchange = wechat.exchange(wechat.come_back("code=CODE"));
    CHECK(exchange.method() == "GET");
    CHECK(exchange.url() ==
          "https://api.weixin.qq.com/sns/oauth2/access_token?appid=app-1&secret=s3cret%2F%2B%20%26&code=CODE"
          "&grant_type=authorization_code");
    CHECK(exchange.safe_url() ==
          "https://api.weixin.qq.com/sns/oauth2/access_token?appid=app-1&secret={client_secret}&code={code}"
          "&grant_type=authorization_code");
    CHECK(exchange.body().empty());
    CHECK_FALSE(exchange.idempotent);
}

TEST_CASE("WeChat: the token, and the requests that need its openid") {
    const dialect wechat("wechat");
    const auto got = wechat_token();
    CHECK(got.expires_at == now + 2h);
    CHECK(got.scopes == texts{"snsapi_login"});
    CHECK(got.extra.at("openid") == "OPENID");
    CHECK(wechat.request("userinfo", got).url() ==
          "https://api.weixin.qq.com/sns/userinfo?access_token=ACCESS_TOKEN&openid=OPENID");
    CHECK(wechat.request("refresh", got).url() ==
          "https://api.weixin.qq.com/sns/oauth2/refresh_token?appid=app-1&grant_type=refresh_token"
          "&refresh_token=REFRESH_TOKEN");
    const auto who =
        wechat.read_identity(R"({"openid": "OPENID", "nickname": "NICK", "sex": 1, "headimgurl": "https://x"})");
    CHECK(who.subject == "OPENID");
    CHECK(who.name == "NICK");
}

TEST_CASE("WeChat: an errcode that is not 0 is an error") {
    const dialect wechat("wechat");
    const auto wrong = wechat.refusal("exchange", 200, R"({"errcode": 40029, "errmsg": "invalid code"})");
    CHECK(wrong.code == errc::invalid_grant);
    CHECK(wrong.provider_code == "40029");
    CHECK(wrong.provider_text == "invalid code");
    CHECK(wechat.refusal("exchange", 200, R"({"errcode": -1, "errmsg": "system error"})").code ==
          errc::temporarily_unavailable);
    CHECK(wechat.refusal("refresh", 200, R"({"errcode": 42002, "errmsg": "refresh_token expired"})").code ==
          errc::invalid_grant);
    CHECK(wechat.refusal("userinfo", 200, R"({"errcode": 40003, "errmsg": "invalid openid"})").code ==
          errc::provider_error);
    CHECK(wechat.read_validation(200, R"({"errcode": 0, "errmsg": "ok"})").active);
    CHECK_FALSE(wechat.read_validation(200, R"({"errcode": 42001, "errmsg": "access_token expired"})").active);
    CHECK(provider::build_request(wechat.profile(), "revoke", {}).error().code == errc::unsupported_operation);
}

TEST_CASE("Notion: no scopes, and a constant of its own") {
    CHECK(dialect("notion").authorize().url ==
          "https://api.notion.com/v1/oauth/authorize?client_id=app-1&response_type=code&owner=user&redirect_uri="
          "https%3A%2F%2Fgame.example%2Fcallback&state=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST_CASE("Notion: Basic authentication, a JSON body, and a version in a header") {
    const dialect notion("notion");
    const auto exchange = notion.exchange(notion.come_back("code=c-1"));
    CHECK(exchange.method() == "POST");
    CHECK(exchange.url() == "https://api.notion.com/v1/oauth/token");
    CHECK(header(exchange, "Authorization") == "Basic YXBwLTE6czNjcmV0LysgJg==");
    CHECK(header(exchange, "Notion-Version") == "2022-06-28");
    CHECK(header(exchange, "Content-Type") == "application/json");
    CHECK(exchange.body() ==
          R"({"grant_type":"authorization_code","code":"c-1","redirect_uri":"https://game.example/callback"})");
}

TEST_CASE("Notion: the owner comes with the token, and with the bot") {
    const dialect notion("notion");
    const auto got = notion.read_token(R"({"access_token": "secret_1", "token_type": "bearer", "bot_id": "b-1",
        "refresh_token": "nrt_1", "workspace_id": "w-1", "duplicated_template_id": null,
        "owner": {"type": "user", "user": {"object": "user", "id": "u-1"}}})");
    CHECK(got.refresh_token->reveal() == "nrt_1");
    CHECK_FALSE(got.expires_at);
    CHECK(got.extra.at("owner").at("user").at("id") == "u-1");
    CHECK(notion.request("refresh", got).body() == R"({"grant_type":"refresh_token","refresh_token":"nrt_1"})");
    CHECK(notion.request("revoke", got).body() == R"({"token":"secret_1"})");
    CHECK(header(notion.request("userinfo", got), "Notion-Version") == "2022-06-28");

    const auto who = notion.read_identity(R"({"object": "user", "id": "b-1", "type": "bot", "bot": {"owner": {"type":
        "user", "user": {"id": "u-1", "name": "Ann", "avatar_url": null, "person": {"email": "ann@example.com"}}}}})");
    CHECK(who.subject == "u-1");
    CHECK(who.name == "Ann");
    CHECK(who.email == "ann@example.com");
    CHECK_FALSE(who.picture);
}

TEST_CASE("Notion: both kinds of its errors") {
    const dialect notion("notion");
    CHECK(notion.refusal("exchange", 400, R"({"error": "invalid_grant", "error_description": "used"})").code ==
          errc::invalid_grant);
    const auto wrong = notion.refusal(
        "userinfo", 401,
        R"({"object": "error", "status": 401, "code": "unauthorized", "message": "API token is invalid."})");
    CHECK(wrong.code == errc::invalid_token);
    CHECK(wrong.provider_text == "API token is invalid.");
    CHECK(notion.refusal("userinfo", 429, R"({"object": "error", "code": "rate_limited", "message": "slow"})").code ==
          errc::rate_limited);
    CHECK_FALSE(notion.read_validation(200, R"({"active": false})").active);
    CHECK(notion.accepts("revoke", 200, R"({"request_id": "b1"})"));
}
