#include "tests/provider/steps.hpp"

#include <coauth/provider/reply.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace coauth;
using namespace std::chrono_literals;
using provider::builtin;
using provider::read_token;
using steps::edited;
using steps::now;
using steps::reply;

namespace {

namespace json = boost::json;

/// An object with a token, and the members of `members`, which is JSON without its braces.
std::string with_token(std::string_view members) {
    return R"({"access_token": "t")" + (members.empty() ? "" : ", " + std::string(members)) + "}";
}

token exchanged(const std::string& body) {
    return read_token(builtin("hitkey"), "exchange", reply(200, body), now).value();
}

failure refused(const std::string& body) {
    const auto read = read_token(builtin("hitkey"), "exchange", reply(200, body), now);
    REQUIRE(read.has_error());
    return read.error();
}

/// The subject that stands at a pointer.
std::string subject_at(std::string_view pointer, std::string body) {
    const auto what =
        edited("hitkey", {{"/operations/userinfo/identity/subject", json::serialize(json::value(pointer))}});
    const auto read = provider::read_identity(what, "userinfo", reply(200, std::move(body)));
    return read ? read->subject : "(none)";
}

/// `number` members "m0", "m1", ..., whose values are their numbers.
std::string many(int number) {
    std::string made;
    for (int i = 0; i != number; ++i) {
        made += (i == 0 ? "\"m" : ", \"m") + std::to_string(i) + "\": " + std::to_string(i);
    }
    return made;
}

}  // namespace

TEST_CASE("further fields are what the JSON says, in its order") {
    const std::string long_text(2000, 'x');
    const std::vector<std::string> all{
        "",
        R"("n": null, "t": true, "f": false)",
        R"("a": 9223372036854775807, "b": -9223372036854775808, "c": 9223372036854775808, "d": 18446744073709551615)",
        R"("a": 18446744073709551616, "b": -9223372036854775809, "c": 1e3, "d": -0.5, "e": 0, "f": -0, "g": 1e-400)",
        R"("empty": "", "": "empty", "é": "ü", "emoji": "😀")",
        R"("e\u0073caped": 1, "\n": 2, "\u0000": 3, "tail\"": 4, "\ud83d\ude00": 5)",
        R"("a": "\u0061", "b": "x\\y", "c": "\"", "d": "\ud83d\ude00", "e": "end\n", "f": "\u0000")",
        R"("a": 1, "nested": {"b": [1, {"c": "x"}], "d\u0064": "\u0064"}, "e": [], "f": {}, "g": [[]], "h": "flat")",
        R"("\u0061": {"\u0062": {"\u0063": "\u0064"}}, "e": ["\u0066", "g"])",
        "\"long\": \"" + long_text + "\\n" + long_text + "\\t\", \"" + long_text + "\\\\" + long_text + "\": 1",
        "\"" + long_text + "\": [\"" + long_text + "\\u0061" + long_text + "\"]",
        many(14),
        many(15),
        many(16),
        many(17),
        many(33),
        many(500) + R"(, "nested": {"a": 1}, "\u0065nd": "\u0065nd")",
    };
    for (const auto& members : all) {
        CAPTURE(members);
        auto extra = json::object(exchanged(with_token(members)).extra);
        CHECK(json::serialize(extra) == json::serialize(json::parse("{" + members + "}")));
    }
}

TEST_CASE("names and tokens may be written with escapes") {
    const auto got =
        exchanged(R"({"access\u005ftoken": "\u0061bc", "refresh_token": "r\u002Fs", "token_type": "B\u0065arer",
        "expires_\u0069n": "3\u003600", "sc\u006fpe": "a\u0020b"})");
    CHECK(got.access_token.reveal() == "abc");
    CHECK(got.refresh_token->reveal() == "r/s");
    CHECK(got.token_type == "Bearer");
    CHECK(got.expires_at == now + 1h);
    CHECK(got.scopes == std::vector<std::string>{"a", "b"});
    CHECK(got.extra.empty());
    CHECK(refused(R"({"access_token": "a\nb"})").code == errc::malformed_reply);
    CHECK(refused(R"({"access_token": "\u0000"})").code == errc::malformed_reply);
}

TEST_CASE("a token of any length, also where its text comes in parts") {
    for (const std::size_t length : {1U, 14U, 15U, 511U, 512U, 513U, 1024U, 5000U}) {
        CAPTURE(length);
        const std::string text(length, 'x');
        CHECK(exchanged("{\"access_token\": \"" + text + "\"}").access_token.reveal() == text);
        CHECK(exchanged("{\"access_token\": \"\\u0061" + text + "\"}").access_token.reveal() == "a" + text);
        CHECK(exchanged("{\"access_token\": \"" + text + "\\/" + text + "\"}").access_token.reveal() ==
              text + "/" + text);
    }
}

TEST_CASE("a subject is found by a name, by a path, and by steps that are written with a tilde") {
    CHECK(subject_at("/id", R"({"x": {"id": 1}, "id": 2})") == "2");
    CHECK(subject_at("/id", R"({"i\u0064": "\u0061"})") == "a");
    CHECK(subject_at("/user/id", R"({"user": {"id": "u"}, "id": "v"})") == "u");
    CHECK(subject_at("/user/id", R"({"us\u0065r": {"id": "u"}})") == "u");
    CHECK(subject_at("/users/1/id", R"({"a": 1, "users": [{"id": "u"}, {"id": "v"}]})") == "v");
    CHECK(subject_at("/ids/1", R"({"ids": [5, 6]})") == "6");
    CHECK(subject_at("/a~1b", R"({"a": {"b": 1}, "a~1b": 2, "a/b": 3})") == "3");
    CHECK(subject_at("/~0~1", R"({"~/": "x"})") == "x");
    CHECK(subject_at("/~01", R"({"/": "x", "~1": "y"})") == "y");
    CHECK(subject_at("/a~1b/c~0", R"({"a/b": {"c~": "x"}})") == "x");
    CHECK(subject_at("/a~1b/c", R"({"a": {"b": {"c": 1}}})") == "(none)");
    CHECK(subject_at("/user/id", R"({"user": "id"})") == "(none)");
    CHECK(subject_at("/user/id", R"({"user": null})") == "(none)");
    CHECK(subject_at("/user/id", R"({})") == "(none)");
    CHECK(subject_at("/0/id", R"([{"id": "u"}])") == "u");
    CHECK(subject_at("/m20/id", "{" + many(20) + R"(, "m20": {"id": "u"}})") == "u");
    CHECK(subject_at("/m19", "{" + many(20) + "}") == "19");
    CHECK(subject_at("/m20", "{" + many(20) + "}") == "(none)");
}

TEST_CASE("a reply that is no object has no fields") {
    for (const char* body : {"5", "\"text\"", "true", "null", "1.5", "[]", R"(["access_token", "a"])", "{}"}) {
        CAPTURE(body);
        CHECK(refused(body).code == errc::missing_field);
        CHECK(subject_at("/sub", body) == "(none)");
    }
    CHECK(provider::read_value(builtin("hitkey"), "list_clients", reply(200, "5")).value() == 5);
    CHECK(provider::read_value(builtin("hitkey"), "list_clients", reply(200, "{}")).value() == json::object{});
    CHECK(provider::read_value(builtin("hitkey"), "list_clients", reply(200, R"({"a": {"b": "\u0063"}})")).value() ==
          json::parse(R"({"a": {"b": "c"}})"));
}

TEST_CASE("a name that stands twice is found wherever it stands") {
    const std::vector<std::string> all{
        R"("a": 1, "a": 1)",
        R"("a": 1, "\u0061": 2)",
        R"("\u0061": 1, "a": 2)",
        R"("a": {}, "a": 2)",
        R"("a": 1, "a": {})",
        R"("a": null, "b": 1, "a": null)",
        R"("n": {"a": 1, "b": 2, "a": 3})",
        R"("n": [{"a": 1}, {"a": 1, "\u0061": 2}])",
        many(16) + R"(, "a": 1, "a": 2)",
        R"("a": 0, )" + many(16) + R"(, "a": 2)",
        R"("a": 0, )" + many(100) + R"(, "\u0061": 2)",
    };
    for (const auto& members : all) {
        CAPTURE(members);
        CHECK(refused(with_token(members)).code == errc::malformed_reply);
        CHECK(refused(with_token(members)).detail.find("\"a\" stands twice") != std::string::npos);
        CHECK(subject_at("/sub", "{\"sub\": 1, " + members + "}") == "(none)");
    }
    CHECK(refused(with_token(many(20) + ", \"m3\": 1")).detail.find("\"m3\" stands twice") != std::string::npos);
}

TEST_CASE("of a name that stands twice a refreshed token has the last, in the first one's place") {
    const token before{secret{"old"}};
    const auto got = [&](const std::string& members) {
        const auto read =
            read_token(builtin("hitkey"), "refresh", reply(200, with_token(members)), now, &before).value();
        CHECK(read.warnings.size() == 1);
        return json::serialize(read.extra);
    };
    CHECK(got(R"("a": 1, "b": 2, "a": "x")") == R"({"a":"x","b":2})");
    CHECK(got(R"("a": {"c": 1}, "b": 2, "a": 3)") == R"({"a":3,"b":2})");
    CHECK(got(R"("a": 1, "b": 2, "\u0061": {"c": "\u0064"})") == R"({"a":{"c":"d"},"b":2})");
    CHECK(got(R"("n": {"a": 1, "b": 2, "a": [3]})") == R"({"n":{"a":[3],"b":2}})");
}

TEST_CASE("of JSON that breaks off nothing counts") {
    for (const char* body : {R"({"error": "invalid_grant")", R"({"error": "invalid_grant", "a": {)",
                             R"({"error": "invalid_grant"} x)", R"({"error": "invalid_grant", "a\u00)"}) {
        CAPTURE(body);
        CHECK(refused(body).code == errc::malformed_reply);
        CHECK(refused(body).provider_code.empty());
    }
    CHECK(refused(R"({"access_token": "a"} x)").detail.find("at byte 22") != std::string::npos);
}

TEST_CASE("conditions on fields, flat and nested") {
    const auto outcome = [](std::string_view condition, std::string_view members) {
        const auto what = edited("hitkey", {{"/errors/when", "[" + std::string(condition) + "]"}});
        const auto read = read_token(what, "exchange", reply(200, with_token(members)), now);
        return read.has_value() ? "taken" : "refused";
    };
    CHECK(outcome(R"({"at": "/ok", "equals": false})", R"("ok": false)") == "refused");
    CHECK(outcome(R"({"at": "/ok", "equals": false})", R"("ok": true)") == "taken");
    CHECK(outcome(R"({"at": "/code", "differs": 0})", R"("code": 0)") == "taken");
    CHECK(outcome(R"({"at": "/code", "differs": 0})", R"("code": "0")") == "taken");
    CHECK(outcome(R"({"at": "/code", "differs": 0})", R"("code": 1)") == "refused");
    CHECK(outcome(R"({"at": "/code", "differs": 0})", "") == "refused");
    CHECK(outcome(R"({"at": "/code", "equals": 1.5})", R"("code": 1.5)") == "refused");
    CHECK(outcome(R"({"at": "/code", "equals": 18446744073709551615})", R"("code": 18446744073709551615)") ==
          "refused");
    CHECK(outcome(R"({"at": "/code", "equals": ""})", R"("code": "")") == "refused");
    CHECK(outcome(R"({"at": "/code", "equals": null})", R"("code": null)") == "refused");
    CHECK(outcome(R"({"at": "/code", "equals": null})", "") == "refused");
    CHECK(outcome(R"({"at": "/code", "equals": null})", R"("code": 0)") == "taken");
    CHECK(outcome(R"({"at": "/e", "equals": {"a": [1]}})", R"("e": {"a": [1]})") == "refused");
    CHECK(outcome(R"({"at": "/e", "equals": {"a": [1]}})", R"("e": {"a": [2]})") == "taken");
    CHECK(outcome(R"({"at": "/e/a/0", "equals": 1})", R"("e": {"a": [1]})") == "refused");
    CHECK(outcome(R"({"at": "/e", "present": true})", R"("e": {})") == "refused");
    CHECK(outcome(R"({"at": "/e", "present": true})", R"("e": null)") == "taken");
    CHECK(outcome(R"({"at": "/e", "absent": true})", R"("e": null)") == "refused");
}

TEST_CASE("conditions on the whole") {
    const auto is_taken = [](std::string_view condition, std::string_view body) {
        const auto what =
            edited("hitkey", {{"/operations/list_clients/errors/when", "[" + std::string(condition) + "]"}});
        const auto who = edited("hitkey", {{"/operations/userinfo/errors/when", "[" + std::string(condition) + "]"}});
        const bool taken = provider::read_value(what, "list_clients", reply(200, std::string(body))).has_value();
        const auto read = provider::read_identity(who, "userinfo", reply(200, std::string(body)));
        CHECK((read || read.error().code == errc::missing_field) == taken);
        return taken;
    };
    for (const char* empty : {"", " ", "{}", "[]", "\"\"", "null"}) {
        CAPTURE(empty);
        CHECK_FALSE(is_taken(R"({"empty": true})", empty));
    }
    for (const char* body : {R"({"a": null})", R"({"": ""})", "[0]", "\"a\"", "0", "false"}) {
        CAPTURE(body);
        CHECK(is_taken(R"({"empty": true})", body));
    }
    CHECK_FALSE(is_taken(R"({"text": "{}"})", " {} "));
    CHECK(is_taken(R"({"text": "{}"})", "{ }"));
}

TEST_CASE("an identity in a form") {
    const auto what = edited("hitkey", {{"/operations/userinfo/format", R"("form")"}});
    const auto who = provider::read_identity(what, "userinfo", reply(200, "sub=a+b&email_verified=true&x=%7B")).value();
    CHECK(who.subject == "a b");
    CHECK(who.email_verified == true);
    CHECK(who.claims() == json::parse(R"({"sub": "a b", "email_verified": "true", "x": "{"})"));
}
