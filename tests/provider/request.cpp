#include "tests/provider/steps.hpp"

#include <coauth/core/encoding.hpp>
#include <coauth/provider/request.hpp>

#include <doctest/doctest.h>

using namespace coauth;
using provider::builtin;
using steps::edited;
using steps::header;

namespace {

grant code_grant() {
    grant received(secret{"code/1+2"});
    received.redirect_uri = "https://game.example/callback";
    received.code_verifier = secret{"verifier-1"};
    received.state = "st-1";
    received.scopes = {"a", "b"};
    received.extra.add("device_id", "d&1");
    return received;
}

token issued() {
    token held(secret{"access/1"});
    held.refresh_token = secret{"refresh+1"};
    held.token_type = "Bearer";
    held.extra = {{"uid", 9007199254740993}, {"team", {{"id", "T1"}}}, {"token_reference", "tok_12345"}};
    return held;
}

http_request built(const provider::profile& what, std::string_view operation, const parameters& arguments = {}) {
    const auto who = steps::application();
    const auto grant = code_grant();
    const auto token = issued();
    const bool is_exchange = operation == "exchange";
    return provider::build_request(what, operation,
                                   {.who = &who,
                                    .grant = is_exchange ? &grant : nullptr,
                                    .token = is_exchange ? nullptr : &token,
                                    .arguments = &arguments})
        .value();
}

failure refused(const provider::profile& what, std::string_view operation, const provider::request_values& values) {
    const auto built = provider::build_request(what, operation, values);
    REQUIRE(built.has_error());
    CHECK(built.error().provider == what.name());
    CHECK(built.error().http_status == 0);
    CHECK_FALSE(built.error().request_sent);
    return built.error();
}

bool holds(std::string_view text, std::string_view part) {
    return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("the requests of HitKey's document") {
    const auto exchange = built(builtin("hitkey"), "exchange");
    CHECK(exchange.method() == "POST");
    CHECK(exchange.url() == "https://api.hitkey.io/oauth/token");
    CHECK(header(exchange, "Content-Type") == "application/json");
    CHECK(header(exchange, "Accept") == "application/json");
    CHECK(header(exchange, "User-Agent").starts_with("coauth/"));
    CHECK(exchange.body() == R"({"grant_type":"authorization_code","code":"code/1+2","client_id":"app-1",)"
                             R"("client_secret":"s3cret/+ &","redirect_uri":"https://game.example/callback"})");
    CHECK(exchange.provider == "hitkey");
    CHECK(exchange.operation == "exchange");
    CHECK_FALSE(exchange.idempotent);

    CHECK(built(builtin("hitkey"), "refresh").body() ==
          R"({"grant_type":"refresh_token","refresh_token":"refresh+1","client_id":"app-1",)"
          R"("client_secret":"s3cret/+ &"})");

    const auto userinfo = built(builtin("hitkey"), "userinfo");
    CHECK(userinfo.method() == "GET");
    CHECK(userinfo.url() == "https://api.hitkey.io/oauth/userinfo");
    CHECK(header(userinfo, "Authorization") == "Bearer access/1");
    CHECK(header(userinfo, "Content-Type") == "(none)");
    CHECK(userinfo.body().empty());
    CHECK(userinfo.idempotent);
}

TEST_CASE("an argument of the caller stands before the library's own value of that name") {
    const auto made = built(builtin("hitkey"), "register_client",
                            {{"name", "My \"game\"\n"}, {"redirect_uri", "https://other.example/cb"}});
    CHECK(made.body() == R"({"name":"My \"game\"\n","redirect_uri":"https://other.example/cb"})");
}

TEST_CASE("an argument does so wherever it stands, whatever its name") {
    const auto what = edited("hike", {{"/operations/exchange/arguments", R"(["client_id", "code?", "token.x?"])"},
                                      {"/operations/exchange/url", R"("https://api.example/{client_id}")"},
                                      {"/operations/exchange/query", R"({"q": "{code?}", "x": "{token.x?}"})"},
                                      {"/operations/exchange/headers", R"({"X-Client": "{base64(client_id)}"})"},
                                      {"/operations/exchange/form/code", R"("{code?}")"}});
    const auto made = built(what, "exchange", {{"client_id", "mine"}, {"code", "c"}, {"token.x", "x"}});
    CHECK(made.url() == "https://api.example/mine?q=c&x=x");
    CHECK(header(made, "X-Client") == "bWluZQ==");
    CHECK(made.body().starts_with("client_id=mine&client_secret=s3cret%2F%2B+%26&code=c&"));
    const auto without = built(what, "exchange", {{"client_id", "mine"}});
    CHECK(without.url() == "https://api.example/mine");
    CHECK(without.body().find("code=code") == std::string_view::npos);
}

TEST_CASE("a field of a form that has no value is left out, and so is what would part it from the others") {
    const auto what = edited(
        "hike", {{"/operations/refresh/arguments", R"(["a?", "b?", "c?"])"},
                 {"/operations/refresh/form",
                  R"({"a b": "{a?}", "x": "1 2", "y": "{client_id}", "b": "{b?}-{client_id}", "c": "{c?}", "z": "",
                             "g&h": "{refresh_token}", "a": "{a?}"})"}});
    const auto body = [&](const parameters& arguments) {
        return std::string(built(what, "refresh", arguments).body());
    };
    CHECK(body({}) == "x=1+2&y=app-1&z=&g%26h=refresh%2B1");
    CHECK(body({{"a", "&"}}) == "a+b=%26&x=1+2&y=app-1&z=&g%26h=refresh%2B1&a=%26");
    CHECK(body({{"b", "2"}}) == "x=1+2&y=app-1&b=2-app-1&z=&g%26h=refresh%2B1");
    CHECK(body({{"a", "1"}, {"b", "2"}, {"c", "3"}}) == "a+b=1&x=1+2&y=app-1&b=2-app-1&c=3&z=&g%26h=refresh%2B1&a=1");
    const auto nothing = edited("hike", {{"/operations/refresh/arguments", R"(["a?", "b?"])"},
                                         {"/operations/refresh/form", R"({"a": "{a?}", "b": "{b?}"})"}});
    CHECK(built(nothing, "refresh").body().empty());
    CHECK(built(nothing, "refresh", {{"b", "2"}}).body() == "b=2");
}

TEST_CASE("a redirect URI is the login's own, and the application's where that is not known") {
    const auto who = steps::application();
    auto grant = code_grant();
    grant.redirect_uri = "https://login.example/back";
    const auto body = [&] {
        return std::string(
            provider::build_request(builtin("hike"), "exchange", {.who = &who, .grant = &grant}).value().body());
    };
    CHECK(holds(body(), "redirect_uri=https%3A%2F%2Flogin.example%2Fback&"));
    grant.redirect_uri.clear();
    CHECK(holds(body(), "redirect_uri=" + form_encode(who.redirect_uri) + "&"));
}

TEST_CASE("Hike's form, encoded") {
    CHECK(built(builtin("hike"), "exchange").body() ==
          "client_id=app-1&client_secret=s3cret%2F%2B+%26&code=code%2F1%2B2&redirect_uri=https%3A%2F%2Fgame.example%"
          "2Fcallback&grant_type=authorization_code");
    CHECK(header(built(builtin("hike"), "exchange"), "Content-Type") == "application/x-www-form-urlencoded");
    CHECK(built(builtin("hike"), "refresh").body() ==
          "client_id=app-1&client_secret=s3cret%2F%2B+%26&refresh_token=refresh%2B1&grant_type=refresh_token");
}

TEST_CASE("Hikka's own header, and its revocation by the token's reference") {
    CHECK(header(built(builtin("hikka"), "userinfo"), "Auth") == "access/1");
    const auto revoke = built(builtin("hikka"), "revoke");
    CHECK(revoke.method() == "DELETE");
    CHECK(revoke.url() == "https://api.hikka.io/auth/token/tok_12345");
    CHECK(built(builtin("hikka"), "revoke", {{"token_reference", "mine"}}).url() ==
          "https://api.hikka.io/auth/token/mine");
}

TEST_CASE("Hitbox's hash, and its token in path and query, which the safe URL does not show") {
    const auto exchange = built(builtin("hitbox"), "exchange");
    CHECK(exchange.body() == R"({"request_token":"code/1+2","app_token":"app-1","hash":"YXBwLTFzM2NyZXQvKyAm"})");
    const auto userinfo = built(builtin("hitbox"), "userinfo");
    CHECK(userinfo.url() == "https://www.hitbox.tv/api/userfromtoken/access%2F1");
    CHECK(userinfo.safe_url() == "https://www.hitbox.tv/api/userfromtoken/{access_token}");
    const auto apps = built(builtin("hitbox"), "list_apps", {{"user", "Test Account"}});
    CHECK(apps.url() == "https://www.hitbox.tv/api/oauthaccess/Test%20Account?authToken=access%2F1");
    CHECK(apps.safe_url() == "https://www.hitbox.tv/api/oauthaccess/Test%20Account?authToken={access_token}");
}

TEST_CASE("an argument that is called a password is not shown either") {
    const auto what =
        edited("hitbox", {{"/operations/list_apps/arguments", R"(["user", "password", "api_key?"])"},
                          {"/operations/list_apps/query", R"({"p": "{password}", "k": "{api_key?}", "u": "{user}"})"}});
    const auto made = built(what, "list_apps", {{"user", "ann"}, {"password", "hunter2"}, {"api_key", "k3y"}});
    CHECK(made.url() == "https://www.hitbox.tv/api/oauthaccess/ann?p=hunter2&k=k3y&u=ann");
    CHECK(made.safe_url() == "https://www.hitbox.tv/api/oauthaccess/ann?p={password}&k={api_key}&u=ann");
}

TEST_CASE("a value in the path stays in its place") {
    const auto path = [](std::string user) {
        return std::string(built(builtin("hitbox"), "list_apps", {{"user", std::move(user)}}).url());
    };
    CHECK(holds(path("a..b?x#y"), "/oauthaccess/a..b%3Fx%23y?authToken="));
    CHECK(holds(path("a/b\r\n"), "/oauthaccess/a%2Fb%0D%0A?authToken="));
    const auto who = steps::application();
    const auto token = issued();
    for (const char* dots : {".", "..", "../admin", "ann/../admin", "..\\admin"}) {
        CAPTURE(dots);
        const parameters arguments{{"user", dots}};
        const auto wrong =
            refused(builtin("hitbox"), "list_apps", {.who = &who, .token = &token, .arguments = &arguments});
        CHECK(wrong.code == errc::invalid_argument);
        CHECK(wrong.step == "list_apps");
    }
}

TEST_CASE("what is missing or unknown is named, with what there is") {
    const auto who = steps::application();
    const auto token = issued();
    CHECK(holds(refused(builtin("hitkey"), "userinfo", {.who = &who}).detail, "{access_token}"));
    CHECK(holds(refused(builtin("hitkey"), "exchange", {.who = &who}).detail, "{code}"));
    const parameters wrong{{"user", "ann"}, {"pgae", "2"}};
    const auto unknown = refused(builtin("hitbox"), "list_apps", {.who = &who, .token = &token, .arguments = &wrong});
    CHECK(unknown.code == errc::invalid_argument);
    CHECK(holds(unknown.detail, "\"pgae\""));
    CHECK(holds(unknown.detail, "user"));
    const auto missing = refused(builtin("hitbox"), "list_apps", {.who = &who, .token = &token});
    CHECK(holds(missing.detail, "\"user\" is missing"));
    const parameters none_taken{{"x", "1"}};
    CHECK(holds(refused(builtin("hitkey"), "userinfo", {.who = &who, .token = &token, .arguments = &none_taken}).detail,
                "takes none"));
}

TEST_CASE("an operation that a provider has not is refused with the reason") {
    const auto revoke = refused(builtin("hitkey"), "revoke", {});
    CHECK(revoke.code == errc::unsupported_operation);
    CHECK(revoke.step == "revoke");
    CHECK(holds(revoke.detail, "revocation"));
    CHECK(refused(builtin("hikka"), "refresh", {}).code == errc::unsupported_operation);
    CHECK(holds(refused(builtin("hitkey"), "no_such", {}).detail, "list_clients"));
}

TEST_CASE("a header takes no value that could end it, and the error does not show it") {
    const auto who = steps::application();
    for (const std::string bad : {"tok\r\nX-Injected: 1", "tok\nen", "tok\ren", "tok\x01", "t\xC3\xB6k"}) {
        token held(secret{bad});
        const auto wrong = refused(builtin("hitkey"), "userinfo", {.who = &who, .token = &held});
        CHECK(wrong.code == errc::invalid_argument);
        CHECK(holds(wrong.detail, "\"Authorization\""));
        CHECK_FALSE(holds(wrong.message(), "tok"));
    }
    token with_nul(secret{std::string("a\0b", 3)});
    CHECK(refused(builtin("hitkey"), "userinfo", {.who = &who, .token = &with_nul}).code == errc::invalid_argument);
}

TEST_CASE("JSON bodies keep their constants, nest, and leave out what has no value") {
    const auto what = edited(
        "hitkey", {{"/operations/list_clients/method", R"("POST")"},
                   {"/operations/list_clients/arguments", R"(["note?"])"},
                   {"/operations/list_clients/json",
                    R"({"first": "{note?}", "n": 1, "t": true, "z": null, "f": 1.5, "note": "{note?}", "braces": "{{}}",
                                             "deep": [{"id": "{client_id}"}, "{note?}", 7, []], "last": "x",
                                             "mi\"x": "say \"{note?}\" \\ {client_id}"})"}});
    CHECK(built(what, "list_clients").body() ==
          R"({"n":1,"t":true,"z":null,"f":1.5E0,"braces":"{}","deep":[{"id":"app-1"},7,[]],"last":"x"})");
    CHECK(built(what, "list_clients", {{"note", "\"\\"}}).body() ==
          R"({"first":"\"\\","n":1,"t":true,"z":null,"f":1.5E0,"note":"\"\\","braces":"{}",)"
          R"("deep":[{"id":"app-1"},"\"\\",7,[]],"last":"x","mi\"x":"say \"\"\\\" \\ app-1"})");
}

TEST_CASE("values come from the callback, the token's further fields, and the scopes") {
    const auto what = edited("hike", {{"/operations/exchange/form/device_id", R"("{callback.device_id}")"},
                                      {"/operations/exchange/form/state", R"("{state}")"},
                                      {"/operations/exchange/form/scope", R"("{scope?}")"},
                                      {"/operations/refresh/form/uid", R"("{token.uid}")"},
                                      {"/operations/refresh/form/team", R"("{token.team.id}")"},
                                      {"/operations/refresh/form/type", R"("{token_type}")"},
                                      {"/operations/refresh/form/none", R"("{token.none?}")"},
                                      {"/operations/refresh/form/scope", R"("{scope?}")"}});
    CHECK(built(what, "exchange").body().ends_with("&device_id=d%261&state=st-1&scope=a+b"));
    CHECK(built(what, "refresh").body().ends_with("&uid=9007199254740993&team=T1&type=Bearer"));
}

TEST_CASE("Basic authentication, form-encoded as OAuth has it and raw as HTTP has it") {
    const auto with = [](std::string_view function) {
        const std::string value = "\"Basic {" + std::string(function) + "(client_id,client_secret)}\"";
        return header(built(edited("hike", {{"/operations/refresh/headers/Authorization", value}}), "refresh"),
                      "Authorization");
    };
    CHECK(with("basic") == "Basic YXBwLTE6czNjcmV0JTJGJTJCKyUyNg==");
    CHECK(with("basic_raw") == "Basic YXBwLTE6czNjcmV0LysgJg==");
}

TEST_CASE("a profile's own headers stand in the place of the usual ones") {
    const auto made =
        built(edited("hike", {{"/operations/refresh/headers", R"({"accept": "text/plain", "User-Agent": "game/1"})"}}),
              "refresh");
    CHECK(header(made, "accept") == "text/plain");
    CHECK(header(made, "Accept") == "(none)");
    CHECK(header(made, "User-Agent") == "game/1");
}
