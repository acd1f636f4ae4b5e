#include "tests/provider/dialect.hpp"

#include <doctest/doctest.h>

using namespace coauth;
using namespace std::chrono_literals;
using steps::header;
using steps::now;
using texts = std::vector<std::string>;

TEST_CASE("Strava: scopes by comma, and those that were granted come with the callback") {
    const dialect strava("strava");
    CHECK(strava.authorize({.scopes = {"read", "activity:read_all"}, .extra = {{"approval_prompt", "force"}}}).url ==
          "https://www.strava.com/oauth/authorize?client_id=app-1&redirect_uri=https%3A%2F%2Fgame.example%2Fcallback"
          "&response_type=code&approval_prompt=force&scope=read,activity:read_all"
          "&state=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    const auto grant = strava.come_back("code=bf6d51&scope=read,activity:read_all");
    CHECK(*grant.extra.find("scope") == "read,activity:read_all");
    const auto exchange = strava.exchange(grant);
    CHECK(exchange.url() == "https://www.strava.com/oauth/token");
    CHECK(exchange.body() ==
          "client_id=app-1&client_secret=s3cret%2F%2B+%26&code=bf6d51&grant_type=authorization_code");
}

TEST_CASE("Strava: an absolute end, and the athlete with the token") {
    const dialect strava("strava");
    const auto got = strava.read_token(R"({"token_type": "Bearer", "expires_at": 1790021600, "expires_in": 21500,
        "refresh_token": "e5n567567", "access_token": "a4b945687g", "athlete": {"id": 1234567890987654321}})");
    CHECK(got.expires_at == now + 6h);
    CHECK(got.extra.at("athlete").at("id") == 1234567890987654321);
    CHECK_FALSE(got.extra.contains("expires_in"));
    const auto refresh = strava.request("refresh", got);
    CHECK(refresh.body() ==
          "client_id=app-1&client_secret=s3cret%2F%2B+%26&grant_type=refresh_token&refresh_token=e5n567567");
    CHECK(strava.read_token(R"({"token_type": "Bearer", "access_token": "n", "expires_in": 60})", "refresh", &got)
              .refresh_token->reveal() == "e5n567567");
    CHECK(strava.read_identity(R"({"id": 1234567890987654321, "username": "marianne_t", "firstname": "Marianne"})")
              .subject == "1234567890987654321");
}

TEST_CASE("Strava: the field at fault tells what an error means") {
    const dialect strava("strava");
    const auto error = [&](std::string_view operation, unsigned status, const std::string& field) {
        return strava
            .refusal(operation, status,
                     R"({"message": "Bad Request", "errors": [{"resource": "X", "code": "invalid", "field": ")" +
                         field + "\"}]}")
            .code;
    };
    CHECK(error("exchange", 400, "code") == errc::invalid_grant);
    CHECK(error("exchange", 400, "client_id") == errc::invalid_client);
    CHECK(error("refresh", 400, "refresh_token") == errc::invalid_grant);
    CHECK(error("userinfo", 401, "access_token") == errc::invalid_token);
    CHECK(error("userinfo", 429, "overall rate limit") == errc::rate_limited);
}

TEST_CASE("Strava: deauthorization sends the access token") {
    const dialect strava("strava");
    const auto revoke = strava.request("revoke", token(secret{"a4b9"}));
    CHECK(revoke.url() == "https://www.strava.com/oauth/deauthorize");
    CHECK(revoke.body() == "access_token=a4b9");
    CHECK(strava.accepts("revoke", 200, R"({"access_token": "a4b9"})"));
}

TEST_CASE("TikTok: client_key, and PKCE in hexadecimal") {
    const dialect tiktok("tiktok");
    CHECK(
        tiktok.authorize({.scopes = {"user.info.basic", "video.list"}}).url ==
        "https://www.tiktok.com/v2/auth/authorize/?client_key=app-1&scope=user.info.basic,video.list&response_type=code"
        "&redirect_uri=https%3A%2F%2Fgame.example%2Fcallback&state=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        "&code_challenge=13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3&code_challenge_method=S256");
    const auto exchange = tiktok.exchange(tiktok.come_back("code=a%2Ab%211&scopes=user.info.basic"));
    CHECK(exchange.url() == "https://open.tiktokapis.com/v2/oauth/token/");
    CHECK(exchange.body() ==
          "client_key=app-1&client_secret=s3cret%2F%2B+%26&code=a%2Ab%211&grant_type=authorization_code"
          "&redirect_uri=https%3A%2F%2Fgame.example%2Fcallback&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_"
          "wW1gFWFOEjXk");
}

TEST_CASE("TikTok: the token and the end of its refresh token") {
    const dialect tiktok("tiktok");
    const auto got =
        tiktok.read_token(R"({"access_token": "act.example!4843", "expires_in": 86400, "open_id": "afd97af1",
        "refresh_expires_in": 31536000, "refresh_token": "rft.example!5187", "scope": "user.info.basic,video.list",
        "token_type": "Bearer"})");
    CHECK(got.access_token.reveal() == "act.example!4843");
    CHECK(got.expires_at == now + 24h);
    CHECK(got.refresh_expires_at == now + 24h * 365);
    CHECK(got.scopes == texts{"user.info.basic", "video.list"});
    CHECK(got.extra.size() == 1);
    CHECK(tiktok.request("refresh", got).body() ==
          "client_key=app-1&client_secret=s3cret%2F%2B+%26&grant_type=refresh_token&refresh_token=rft.example%215187");
    CHECK(tiktok.request("revoke", got).body() ==
          "client_key=app-1&client_secret=s3cret%2F%2B+%26&token=act.example%214843");
    CHECK(tiktok.request("userinfo", got).url() ==
          "https://open.tiktokapis.com/v2/user/info/?fields=open_id,union_id,avatar_url,display_name");
}

TEST_CASE("TikTok: an error object that says ok is none") {
    const dialect tiktok("tiktok");
    CHECK(tiktok
              .read_identity(R"({"data": {"user": {"open_id": "afd97af1", "display_name": "Ann"}},
                  "error": {"code": "ok", "message": "", "log_id": "2022"}})")
              .subject == "afd97af1");
    const auto wrong = tiktok.refusal("userinfo", 401, R"({"error": {"code": "access_token_invalid", "message":
        "The access token is invalid or not found in the request.", "log_id": "202206221854420101130062072500FFA2"}})");
    CHECK(wrong.code == errc::invalid_token);
    CHECK(wrong.provider_code == "access_token_invalid");
    CHECK(wrong.detail.ends_with("the provider calls this request 202206221854420101130062072500FFA2"));
    CHECK(tiktok.refusal("userinfo", 200, R"({"error": {"code": "scope_not_authorized", "message": "x"}})").code ==
          errc::insufficient_scope);
    CHECK(tiktok
              .refusal("exchange", 200, R"({"error": "invalid_grant", "error_description":
        "Authorization code is expired.", "log_id": "1"})")
              .code == errc::invalid_grant);
    CHECK(tiktok.refusal("revoke", 200, R"({"error": "invalid_request", "error_description": "x", "log_id": "1"})")
              .code == errc::invalid_request);
    CHECK(tiktok.accepts("revoke", 200, ""));
}
