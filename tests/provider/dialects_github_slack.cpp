#include "tests/provider/dialect.hpp"

#include <doctest/doctest.h>

using namespace coauth;
using namespace std::chrono_literals;
using steps::header;
using steps::now;
using texts = std::vector<std::string>;

TEST_CASE("GitHub: the authorization and the exchange") {
    const dialect github("github");
    CHECK(github.authorize({.scopes = {"repo", "read:user"}}).url ==
          "https://github.com/login/oauth/authorize?client_id=app-1&redirect_uri=https%3A%2F%2Fgame.example%2Fcallback"
          "&scope=repo%20read%3Auser&state=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
          "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
    const auto exchange = github.exchange(github.come_back("code=d03d40d3f5"));
    CHECK(exchange.method() == "POST");
    CHECK(exchange.url() == "https://github.com/login/oauth/access_token");
    CHECK(header(exchange, "Accept") == "application/json");
    CHECK(exchange.body() ==
          "client_id=app-1&client_secret=s3cret%2F%2B+%26&code=d03d40d3f5&redirect_uri=https%3A%2F%2Fgame.example%"
          "2Fcallback"
          "&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    CHECK(github.denied("error=access_denied&error_description=The+user+has+denied+your+application+access.").code ==
          errc::access_denied);
}

TEST_CASE("GitHub: a reply as JSON and as a form, and an error in a 200") {
    const dialect github("github");
    const auto json =
        github.read_token(R"({"access_token": "gho_16C7e42F", "scope": "repo,gist", "token_type": "bearer"})");
    const auto form = github.read_token("access_token=gho_16C7e42F&scope=repo%2Cgist&token_type=bearer");
    for (const auto& got : {json, form}) {
        CHECK(got.access_token.reveal() == "gho_16C7e42F");
        CHECK(got.scopes == texts{"repo", "gist"});
        CHECK_FALSE(got.expires_at);
        CHECK(got.extra.empty());
    }
    const auto expiring = github.read_token(
        "access_token=ghu_1&expires_in=28800&refresh_token=ghr_1&refresh_token_expires_in=15811200&scope=&token_type="
        "bearer");
    CHECK(expiring.expires_at == now + 8h);
    CHECK(expiring.refresh_expires_at == now + 15811200s);
    CHECK(expiring.scopes == texts{});

    const auto wrong = github.refusal("exchange", 200, R"({"error": "bad_verification_code",
        "error_description": "The code passed is incorrect or expired.", "error_uri": "https://docs.github.com/x"})");
    CHECK(wrong.code == errc::invalid_grant);
    CHECK(wrong.provider_code == "bad_verification_code");
    CHECK(wrong.provider_text == "The code passed is incorrect or expired.");
    CHECK(github.refusal("exchange", 200, "error=incorrect_client_credentials&error_description=no").code ==
          errc::invalid_client);
    CHECK(github.refusal("exchange", 200, R"({"error": "unverified_user_email"})").detail.find("verify") !=
          std::string::npos);
}

TEST_CASE("GitHub: who it is") {
    const dialect github("github");
    const auto request = github.request("userinfo", token(secret{"gho_1"}));
    CHECK(request.url() == "https://api.github.com/user");
    CHECK(header(request, "Accept") == "application/vnd.github+json");
    CHECK(header(request, "Authorization") == "Bearer gho_1");
    CHECK(header(request, "X-GitHub-Api-Version") == "2022-11-28");
    CHECK(header(request, "User-Agent").starts_with("coauth/"));
    const auto who = github.read_identity(R"({"login": "octocat", "id": 583231, "name": "The Octocat", "email": null,
        "avatar_url": "https://avatars.githubusercontent.com/u/583231"})");
    CHECK(who.subject == "583231");
    CHECK(who.username == "octocat");
    CHECK_FALSE(who.email);
    CHECK(github.refusal("userinfo", 401, R"({"message": "Bad credentials", "status": "401"})").code ==
          errc::invalid_token);
}

TEST_CASE("GitHub: revocation and validation by Basic authentication and JSON") {
    const dialect github("github");
    const auto revoke = github.request("revoke", token(secret{"gho_1"}));
    CHECK(revoke.method() == "DELETE");
    CHECK(revoke.url() == "https://api.github.com/applications/app-1/token");
    CHECK(header(revoke, "Authorization") == "Basic YXBwLTE6czNjcmV0LysgJg==");
    CHECK(revoke.body() == R"({"access_token":"gho_1"})");
    CHECK(github.accepts("revoke", 204, ""));
    CHECK(github.refusal("revoke", 404, R"({"message": "Not Found"})").code == errc::invalid_token);
    CHECK(github.read_validation(200, R"({"id": 1, "user": {"id": 583231}})").subject == "583231");
    CHECK_FALSE(github.read_validation(404, R"({"message": "Not Found"})").active);
}

TEST_CASE("GitHub: refreshing") {
    const dialect github("github");
    token held(secret{"ghu_1"});
    held.refresh_token = secret{"ghr_1"};
    held.scopes = texts{};
    CHECK(github.request("refresh", held).body() ==
          "client_id=app-1&client_secret=s3cret%2F%2B+%26&grant_type=refresh_token&refresh_token=ghr_1");
    CHECK(github.refusal("refresh", 200, R"({"error": "bad_refresh_token"})").code == errc::invalid_grant);
}

TEST_CASE("Slack: the user's scopes stand in a parameter of their own, with a literal comma") {
    const dialect slack("slack");
    CHECK(slack.authorize({.scopes = {"identity.basic", "identity.email"}}).url ==
          "https://slack.com/oauth/v2/authorize?client_id=app-1&user_scope=identity.basic,identity.email"
          "&redirect_uri=https%3A%2F%2Fgame.example%2Fcallback&state=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    CHECK(slack.authorize({.extra = {{"bot_scope", "commands,chat:write"}}})
              .url.starts_with(
                  "https://slack.com/oauth/v2/authorize?client_id=app-1&scope=commands%2Cchat%3Awrite&user_scope="));
}

TEST_CASE("Slack: the user's token within the reply, and what stands around it") {
    const dialect slack("slack");
    const auto got =
        slack.read_token(R"({"ok": true, "access_token": "xoxb-1", "token_type": "bot", "scope": "commands",
        "bot_user_id": "U0KRQLJ9H", "app_id": "A0KRD7HC3", "team": {"name": "Slack Pickleball", "id": "T9TK3CUKW"},
        "authed_user": {"id": "U1234", "scope": "chat:write,im:write", "access_token": "xoxp-1234", "token_type": "user"}})");
    CHECK(got.access_token.reveal() == "xoxp-1234");
    CHECK(got.scopes == texts{"chat:write", "im:write"});
    CHECK(got.extra.at("id") == "U1234");
    CHECK(got.extra.at("team").at("id") == "T9TK3CUKW");
    CHECK(got.warnings.empty());

    const auto fresh = slack.read_token(
        R"({"ok": true, "access_token": "xoxe.xoxp-2", "expires_in": 43200, "refresh_token": "xoxe-2"})", "refresh",
        &got);
    CHECK(fresh.access_token.reveal() == "xoxe.xoxp-2");
    CHECK(fresh.refresh_token->reveal() == "xoxe-2");
    CHECK(fresh.expires_at == now + 12h);
    CHECK(fresh.scopes == got.scopes);
    CHECK(fresh.extra.at("id") == "U1234");
}

TEST_CASE("Slack: every error comes in a 200") {
    const dialect slack("slack");
    CHECK(slack.refusal("exchange", 200, R"({"ok": false, "error": "invalid_code"})").code == errc::invalid_grant);
    CHECK(slack.refusal("exchange", 200, R"({"ok": false, "error": "bad_client_secret"})").code ==
          errc::invalid_client);
    CHECK(slack.refusal("userinfo", 200, R"({"ok": false, "error": "token_revoked"})").code == errc::invalid_token);
    CHECK(
        slack.refusal("userinfo", 200, R"({"ok": false, "error": "missing_scope", "needed": "identity.basic"})").code ==
        errc::insufficient_scope);
    CHECK(slack.refusal("userinfo", 429, R"({"ok": false, "error": "ratelimited"})").code == errc::rate_limited);
    CHECK(slack.refusal("userinfo", 200, R"({"ok": false, "error": "fatal_error"})").code == errc::provider_error);
    CHECK_FALSE(slack.read_validation(200, R"({"ok": false, "error": "invalid_auth"})").active);
    CHECK(slack.read_validation(200, R"({"ok": true, "user_id": "U1234", "team_id": "T1"})").subject == "U1234");
    CHECK(slack.read_identity(R"({"ok": true, "user": {"name": "Sonny", "id": "U0G9QF9C6"}, "team": {"id": "T0"}})")
              .subject == "U0G9QF9C6");
}

TEST_CASE("Slack: a revocation that did not revoke is an error") {
    const dialect slack("slack");
    const auto revoke = slack.request("revoke", token(secret{"xoxp-1"}));
    CHECK(revoke.method() == "POST");
    CHECK(revoke.url() == "https://slack.com/api/auth.revoke");
    CHECK(header(revoke, "Authorization") == "Bearer xoxp-1");
    CHECK(revoke.body().empty());
    CHECK(slack.accepts("revoke", 200, R"({"ok": true, "revoked": true})"));
    CHECK_FALSE(slack.accepts("revoke", 200, R"({"ok": true, "revoked": false})"));
}
