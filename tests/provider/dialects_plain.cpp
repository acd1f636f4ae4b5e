#include "tests/provider/dialect.hpp"

#include <doctest/doctest.h>

using namespace coauth;
using namespace std::chrono_literals;
using steps::header;
using steps::now;
using texts = std::vector<std::string>;

namespace {

constexpr std::string_view from_issuer = "code=SplxlOBeZQQYbYS6WxSbIA&iss=https%3A%2F%2Fas.example";
const std::string code_and_uri =
    "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA&redirect_uri=https%3A%2F%2Fgame.example%2Fcallback"
    "&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

}  // namespace

TEST_CASE("RFC 6749 and 7636: the authorization") {
    CHECK(dialect("plain_basic").authorize({.scopes = {"openid", "email"}, .offline = true}).url ==
          "https://as.example/authorize?response_type=code&client_id=app-1&redirect_uri="
          "https%3A%2F%2Fgame.example%2Fcallback&scope=openid+email+offline_access"
          "&state=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
          "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&prompt=consent");
}

TEST_CASE("RFC 6749, section 2.3.1: the client authenticates by Basic, form-encoded, or in the body") {
    const dialect basic("plain_basic");
    const auto by_header = basic.exchange(basic.come_back(std::string(from_issuer)));
    CHECK(header(by_header, "Authorization") == "Basic YXBwLTE6czNjcmV0JTJGJTJCKyUyNg==");
    CHECK(by_header.body() == code_and_uri);

    const dialect post("plain_post");
    const auto in_body = post.exchange(post.come_back(std::string(from_issuer)));
    CHECK(header(in_body, "Authorization") == "(none)");
    CHECK(in_body.body() == code_and_uri + "&client_id=app-1&client_secret=s3cret%2F%2B+%26");
}

TEST_CASE("a public client has no secret to send") {
    const dialect post("plain_post");
    const credentials who{.client_id = "app-1", .client_secret = {}, .redirect_uri = "https://game.example/callback"};
    const auto grant = post.come_back(std::string(from_issuer));
    const auto request = provider::build_request(post.profile(), "exchange", {.who = &who, .grant = &grant}).value();
    CHECK(request.body() == code_and_uri + "&client_id=app-1");
    const dialect basic("plain_basic");
    CHECK(provider::build_request(basic.profile(), "exchange", {.who = &who, .grant = &grant}).error().code ==
          errc::invalid_argument);
}

TEST_CASE("RFC 9207: a callback without its issuer is refused") {
    CHECK(dialect("plain_basic").denied("code=a").code == errc::callback_issuer_mismatch);
    CHECK(dialect("plain_basic").denied("code=a&iss=https://other.example").code == errc::callback_issuer_mismatch);
    CHECK(dialect("plain_basic").denied("error=access_denied&iss=https://as.example").code == errc::access_denied);
}

TEST_CASE("RFC 6749, section 5: the token, its refresh, and the errors") {
    const dialect plain("plain_basic");
    auto got =
        plain.read_token(R"({"access_token": "2YotnFZFEjr1zCsicMWpAA", "token_type": "Bearer", "expires_in": 3600,
        "refresh_token": "tGzv3JOkF0XG5Qx2TlKWIA", "scope": "openid", "example_parameter": "example_value"})");
    CHECK(got.expires_at == now + 1h);
    CHECK(got.extra.at("example_parameter") == "example_value");
    CHECK(plain.request("refresh", got).body() ==
          "grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA&scope=openid");
    got.scopes.reset();
    CHECK(plain.request("refresh", got).body() == "grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA");
    CHECK(plain.refusal("refresh", 400, R"({"error": "invalid_grant"})").code == errc::invalid_grant);
    CHECK(plain.refusal("exchange", 401, R"({"error": "invalid_client"})").code == errc::invalid_client);
    CHECK(plain.read_identity(R"({"sub": "248289761001", "email_verified": "true"})").email_verified == true);
}

TEST_CASE("RFC 7009 and 7662: revocation prefers the refresh token, introspection says what is active") {
    const dialect plain("plain_post");
    token held(secret{"access"});
    CHECK(plain.request("revoke", held).body() == "token=access&client_id=app-1&client_secret=s3cret%2F%2B+%26");
    held.refresh_token = secret{"refresh"};
    CHECK(plain.request("revoke", held).body() == "token=refresh&client_id=app-1&client_secret=s3cret%2F%2B+%26");
    CHECK(plain.accepts("revoke", 200, ""));
    CHECK(plain.refusal("revoke", 503, "").code == errc::http_status);
    CHECK(plain.request("validate", held).body().starts_with("token=access&token_type_hint=access_token"));
    CHECK(plain.read_validation(200, R"({"active": true, "sub": "Z5O3upPC88QrAjx00dis"})").subject ==
          "Z5O3upPC88QrAjx00dis");
    CHECK_FALSE(plain.read_validation(200, R"({"active": false})").active);
}
