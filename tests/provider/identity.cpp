#include "tests/provider/steps.hpp"

#include <coauth/provider/reply.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace coauth;
using provider::builtin;
using steps::edited;
using steps::reply;

namespace {

identity who(const provider::profile& what, std::string body) {
    return provider::read_identity(what, "userinfo", reply(200, std::move(body))).value();
}

errc refused(const provider::profile& what, std::string body) {
    const auto read = provider::read_identity(what, "userinfo", reply(200, std::move(body)));
    REQUIRE(read.has_error());
    return read.error().code;
}

}  // namespace

TEST_CASE("who logged in, at each provider that says so") {
    const auto hitkey = who(builtin("hitkey"), R"({"sub": "550e8400-e29b-41d4-a716-446655440000",
        "email": "user@example.com", "email_verified": true, "name": "John Doe", "given_name": "John"})");
    CHECK(hitkey.provider == "hitkey");
    CHECK(hitkey.subject == "550e8400-e29b-41d4-a716-446655440000");
    CHECK(hitkey.email == "user@example.com");
    CHECK(hitkey.email_verified == true);
    CHECK(hitkey.name == "John Doe");
    CHECK_FALSE(hitkey.username);
    CHECK(hitkey.claims().at("given_name") == "John");

    const auto hikka = who(builtin("hikka"), R"({"reference": "c773d0bf", "username": "ann", "email": "",
        "avatar": "https://cdn.hikka.io/avatar.jpg", "description": null})");
    CHECK(hikka.subject == "c773d0bf");
    CHECK(hikka.username == "ann");
    CHECK_FALSE(hikka.email);
    CHECK(hikka.picture == "https://cdn.hikka.io/avatar.jpg");

    CHECK(who(builtin("vk"), R"({"response": [{"id": 123456, "first_name": "Ann"}]})").subject == "123456");
    CHECK(who(builtin("hitbox"), R"({"user_name": "test-account"})").subject == "test-account");
}

TEST_CASE("a subject is exact, or an error") {
    const auto subject = [](std::string_view value) {
        return who(builtin("hitkey"), "{\"sub\": " + std::string(value) + "}").subject;
    };
    CHECK(subject("9007199254740993") == "9007199254740993");
    CHECK(subject("18446744073709551615") == "18446744073709551615");
    CHECK(subject("-5") == "-5");
    CHECK(subject("0") == "0");
    CHECK(subject("\"007\"") == "007");
    for (const char* bad : {"null", "\"\"", "true", "1.5", "18446744073709551616", "1e3", "[]", "{\"id\": 1}"}) {
        CAPTURE(bad);
        CHECK(refused(builtin("hitkey"), "{\"sub\": " + std::string(bad) + "}") == errc::missing_field);
    }
    for (const char* bad : {"\"ann\\u0000\"", "\"ann\\n\"", "\"\\u007f\""}) {
        CAPTURE(bad);
        CHECK(refused(builtin("hitkey"), "{\"sub\": " + std::string(bad) + "}") == errc::malformed_reply);
    }
    CHECK(refused(builtin("hitkey"), "{}") == errc::missing_field);
    CHECK(refused(builtin("hitkey"), "[]") == errc::missing_field);
    CHECK(refused(builtin("hitkey"), "") == errc::missing_field);
    CHECK(refused(builtin("hitkey"), "<html>") == errc::malformed_reply);
}

TEST_CASE("a subject that stands in a list") {
    const auto what = edited("hitkey", {{"/operations/userinfo/identity/subject", R"("/0")"}});
    CHECK(who(what, R"(["ann"])").subject == "ann");
    CHECK(refused(what, R"({"1": "ann"})") == errc::missing_field);
}

TEST_CASE("email_verified as a boolean, a text or a number") {
    const auto verified = [](std::string_view value) {
        return who(builtin("hitkey"), "{\"sub\": \"a\", \"email_verified\": " + std::string(value) + "}")
            .email_verified;
    };
    CHECK(verified("true") == true);
    CHECK(verified("\"true\"") == true);
    CHECK(verified("1") == true);
    CHECK(verified("false") == false);
    CHECK(verified("\"false\"") == false);
    CHECK(verified("0") == false);
    CHECK_FALSE(verified("\"yes\""));
    CHECK_FALSE(verified("null"));
    CHECK_FALSE(verified("[]"));
}

TEST_CASE("a token that a provider refuses is an answer, and no failure") {
    const auto asked = [](std::string body, unsigned status = 200) {
        return provider::read_validation(builtin("vk"), "validate", reply(status, std::move(body)));
    };
    const auto good = asked(R"({"response": [{"id": 5, "first_name": "Ann"}]})").value();
    CHECK(good.active);
    CHECK(good.subject == "5");
    CHECK(good.reason.empty());
    const auto bad = asked(R"({"error": {"error_code": 5, "error_msg": "User authorization failed."}})").value();
    CHECK_FALSE(bad.active);
    CHECK(bad.reason == "User authorization failed.");
    CHECK(bad.claims.at("error").at("error_code") == 5);
    CHECK(asked(R"({"error": {"error_code": 6, "error_msg": "Too many"}})").error().code == errc::rate_limited);
    CHECK(asked("<html>", 502).error().code == errc::http_status);
    CHECK(asked("<html>").error().code == errc::malformed_reply);
    CHECK_FALSE(provider::read_validation(builtin("hikka"), "validate",
                                          reply(400, R"({"message": "x", "code": "auth:invalid_token"})"))
                    .value()
                    .active);
}

TEST_CASE("an introspection says itself whether a token is active") {
    const auto what = edited(
        "hike", {{"/operations/validate",
                  R"({"method": "POST", "url": "https://api.hikeup.com/introspect", "form": {"token": "{access_token}"},
                      "identity": {"subject": "/sub"}})"}});
    const auto asked = [&](std::string body) {
        return provider::read_validation(what, "validate", reply(200, std::move(body))).value();
    };
    CHECK_FALSE(asked(R"({"active": false})").active);
    CHECK(asked(R"({"active": true, "sub": "u"})").active);
    CHECK(asked(R"({"active": true, "sub": "u"})").subject == "u");
    CHECK(asked(R"({"active": "true"})").active);
    CHECK_FALSE(asked("false").active);
}

TEST_CASE("a reply that says nothing of a token does not make it good") {
    const auto asked = [](std::string_view format, std::string body) {
        const auto what =
            edited("hike", {{"/operations/validate", R"({"method": "GET", "url": "https://api.hikeup.com/check"})"},
                            {"/operations/validate/format", "\"" + std::string(format) + "\""}});
        return provider::read_validation(what, "validate", reply(200, std::move(body)));
    };
    for (const char* body : {"", "null", "[]", "{}", "\"\"", R"({"active": null})", R"({"active": 7})",
                             R"({"active": "perhaps"})", R"({"active": {}})"}) {
        CAPTURE(body);
        CHECK(asked("json", body).error().code == errc::malformed_reply);
    }
    CHECK(asked("text", "").error().code == errc::malformed_reply);
    CHECK(asked("text", "valid").value().active);
    CHECK(asked("json", R"({"scope": ["a"]})").value().active);
    CHECK(asked("none", "").value().active);  // the status says it
}

TEST_CASE("the value of any operation, by its format") {
    const auto value = [](std::string_view format, std::string body) {
        const auto what =
            edited("hike", {{"/operations/list", R"({"method": "GET", "url": "https://api.hikeup.com/l"})"},
                            {"/operations/list/format", "\"" + std::string(format) + "\""}});
        return provider::read_value(what, "list", reply(200, std::move(body))).value();
    };
    CHECK(value("json", "[1, \"a\"]") == boost::json::parse("[1, \"a\"]"));
    CHECK(value("json", "").is_null());
    CHECK(value("form", "a=1&b=x+y") == boost::json::parse(R"({"a": "1", "b": "x y"})"));
    CHECK(value("json_or_form", "{\"a\": 1}") == boost::json::parse("{\"a\": 1}"));
    CHECK(value("json_or_form", "a=1") == boost::json::parse("{\"a\": \"1\"}"));
    CHECK(value("text", " pong\n") == "pong");
    CHECK(value("none", "whatever").is_null());
    CHECK(provider::read_value(builtin("hike"), "no_such", reply(200, "")).error().code == errc::unsupported_operation);
}
