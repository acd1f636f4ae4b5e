#include "tests/provider/steps.hpp"

#include <coauth/provider/reply.hpp>

#include <doctest/doctest.h>

using namespace coauth;
using namespace std::chrono_literals;
using provider::builtin;
using provider::read_token;
using steps::edited;
using steps::now;
using steps::reply;

namespace {

using texts = std::vector<std::string>;

token exchanged(const provider::profile& what, std::string body) {
    return read_token(what, "exchange", reply(200, std::move(body)), now).value();
}

failure refused(const provider::profile& what, std::string body, unsigned status = 200) {
    const auto read = read_token(what, "exchange", reply(status, std::move(body)), now);
    REQUIRE(read.has_error());
    CHECK(read.error().step == "exchange");
    CHECK(read.error().http_status == status);
    CHECK(read.error().request_sent);
    CHECK_FALSE(read.error().repeatable);
    return read.error();
}

token held() {
    token before(secret{"old-access"});
    before.refresh_token = secret{"old-refresh"};
    before.refresh_expires_at = now + 24h;
    before.scopes = texts{"openid", "email"};
    return before;
}

token refreshed(const provider::profile& what, std::string body) {
    const auto before = held();
    return read_token(what, "refresh", reply(200, std::move(body)), now, &before).value();
}

}  // namespace

TEST_CASE("HitKey's reply") {
    const auto got = exchanged(builtin("hitkey"), R"({"access_token": "eyJhbGciOi.a.b", "refresh_token": "dGhpcyBpcyBh",
        "token_type": "Bearer", "expires_in": 3600, "scope": "openid profile email", "id_token": "x.y.z"})");
    CHECK(got.access_token.reveal() == "eyJhbGciOi.a.b");
    REQUIRE(got.refresh_token);
    CHECK(got.refresh_token->reveal() == "dGhpcyBpcyBh");
    CHECK(got.token_type == "Bearer");
    CHECK(got.issued_at == now);
    CHECK(got.expires_at == now + 3600s);
    CHECK(got.scopes == texts{"openid", "profile", "email"});
    CHECK(got.extra.size() == 1);
    CHECK(got.extra.at("id_token") == "x.y.z");
    CHECK(got.warnings.empty());
}

TEST_CASE("both shapes of Hikka's reply") {
    const auto documented = exchanged(builtin("hikka"), R"({"secret": "SECRET", "token_reference": "tok_12345",
        "expires_in": 3600, "scope": "read:user-details,read:watchlist"})");
    CHECK(documented.access_token.reveal() == "SECRET");
    CHECK(documented.expires_at == now + 1h);
    CHECK(documented.scopes == texts{"read:user-details", "read:watchlist"});
    CHECK(documented.extra.at("token_reference") == "tok_12345");

    const auto live =
        exchanged(builtin("hikka"), R"({"secret": "SECRET", "created": 1790000000, "expiration": 1790001800})");
    CHECK(live.expires_at == now + 30min);
    CHECK_FALSE(live.scopes);
    CHECK(live.extra.at("created") == 1790000000);
}

TEST_CASE("Hike's expires_in stands before its expires") {
    CHECK(exchanged(builtin("hike"), R"({"access_token": "a", "token_type": "Bearer", "expires": 498465465,
        "expires_in": 64646, "refresh_token": "r"})")
              .expires_at == now + 64646s);
    CHECK(exchanged(builtin("hike"), R"({"access_token": "a", "expires": 1790000500})").expires_at == now + 500s);
}

TEST_CASE("a token that is none costs an error, each its own") {
    const auto code = [](std::string body) { return name_of(refused(builtin("hitkey"), std::move(body)).code); };
    CHECK(code(R"({})") == "missing_field");
    CHECK(code(R"({"access_token": ""})") == "missing_field");
    CHECK(code(R"({"access_token": null})") == "missing_field");
    CHECK(code(R"({"access_token": 12345})") == "missing_field");
    CHECK(code(R"({"access_token": ["a"]})") == "missing_field");
    CHECK(code(R"({"access_token": "a b"})") == "malformed_reply");
    CHECK(code(R"({"access_token": "a\u0000b"})") == "malformed_reply");
    CHECK(code(R"({"access_token": "a\r\nX: 1"})") == "malformed_reply");
    CHECK(code("{\"access_token\": \"t\xC3\xB6k\"}") == "malformed_reply");
    CHECK(code(R"({"access_token": "a", "refresh_token": "a\nb"})") == "malformed_reply");
    CHECK(code(R"({"access_token": "a", "refresh_token": 7})") == "missing_field");
    CHECK(code(R"({"access_token": "a", "token_type": "mac"})") == "unknown_token_type");
    CHECK(code("[]") == "missing_field");
    CHECK(code("\"a\"") == "missing_field");
    CHECK(code("") == "missing_field");
    CHECK(refused(builtin("hitbox"), R"({"access_token": ""})").code == errc::missing_field);
}

TEST_CASE("text that is not the JSON expected is malformed") {
    for (const std::string body :
         {"<html>", "{", R"({"access_token": "a"} x)", R"({"access_token": "a", "access_token": "b"})",
          R"({"access_token": "a", "x": {"y": 1, "y": 2}})", R"({"access_token": "a", "acc\u0065ss_token": "b"})",
          "{\"access_token\": \"\xFF\"}", R"({'access_token': 'a'})", R"({"access_token": "a",})",
          R"({"access_token": "a", "n": NaN})"}) {
        CAPTURE(body);
        CHECK(refused(builtin("hitkey"), body).code == errc::malformed_reply);
    }
    const auto nested = [](std::size_t levels) {
        return R"({"access_token": "a", "x": )" + std::string(levels, '[') + std::string(levels, ']') + "}";
    };
    CHECK(exchanged(builtin("hitkey"), nested(31)).access_token.reveal() == "a");
    CHECK(refused(builtin("hitkey"), nested(32)).code == errc::malformed_reply);
    CHECK(refused(builtin("hitkey"), nested(100'000)).code == errc::malformed_reply);
}

TEST_CASE("how deep JSON may nest is the caller's to say, up to 1000") {
    const auto read = [](std::size_t levels, std::size_t limit) {
        const auto body = R"({"access_token": "a", "token_type": "Bearer", "sub": "s", "x": )" +
                          std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
        const auto what = builtin("hitkey");
        const bool taken = read_token(what, "exchange", reply(200, body), now, nullptr, limit).has_value();
        CHECK(provider::read_identity(what, "userinfo", reply(200, body), limit).has_value() == taken);
        CHECK(provider::read_value(what, "list_clients", reply(200, body), limit).has_value() == taken);
        CHECK(provider::read_validation(builtin("hikka"), "validate", reply(200, body), limit).has_value() == taken);
        return taken;
    };
    CHECK(read(2, 2));
    CHECK_FALSE(read(3, 2));
    CHECK(read(100, 100));
    CHECK_FALSE(read(101, 100));
    CHECK(read(1000, 1'000'000));
    CHECK_FALSE(read(1001, 1'000'000));
    CHECK_FALSE(read(2, 0));
}

TEST_CASE("an expiry that is a point in time counts from the reply's Date") {
    const auto what = edited("hitkey", {{"/token/expires", R"([{"at": "/until", "as": "unix_seconds"}])"},
                                        {"/token/refresh_expires", R"([{"at": "/end", "as": "unix_seconds"}])"}});
    auto answer = reply(200, R"({"access_token": "a", "refresh_token": "r", "token_type": "Bearer",
                                 "until": 1790003600, "end": 1790007200})");
    CHECK(read_token(what, "exchange", answer, now)->expires_at == now + 3600s);
    answer.add_header("Date", "Mon, 21 Sep 2026 14:03:20 GMT");  // ten minutes before `now`
    const auto got = read_token(what, "exchange", answer, now).value();
    CHECK(got.expires_at == now + 4200s);
    CHECK(got.refresh_expires_at == now + 7800s);
    CHECK(got.issued_at == now);
}

TEST_CASE("the same name in two objects is no repetition") {
    const auto got = exchanged(builtin("hitkey"), R"({"a": {"id": 1, "b": {"id": 2}}, "access_token": "t",
        "c": [{"id": 3}, {"id": 4, "access_token": "u"}]})");
    CHECK(got.access_token.reveal() == "t");
    CHECK(got.extra.at("c").at(1).at("access_token") == "u");
}

TEST_CASE("JSON is read under a byte order mark and white space") {
    CHECK(exchanged(builtin("hitkey"), "\xEF\xBB\xBF \r\n{\"access_token\": \"a\"}\r\n ").access_token.reveal() == "a");
}

TEST_CASE("optional fields that make no sense cost nobody the token") {
    const auto got = exchanged(builtin("hitkey"), R"({"access_token": "a", "refresh_token": "", "token_type": "bearer",
        "expires_in": {}, "scope": 7})");
    CHECK_FALSE(got.refresh_token);
    CHECK_FALSE(got.expires_at);
    CHECK_FALSE(got.scopes);
    CHECK(got.token_type == "bearer");
    CHECK(got.warnings.size() == 2);
}

TEST_CASE("scopes come as a text, as a list, empty or not at all") {
    const auto scopes = [](std::string_view value) {
        return exchanged(builtin("hitkey"), "{\"access_token\": \"a\", \"scope\": " + std::string(value) + "}").scopes;
    };
    CHECK(scopes("\"openid  email \"") == texts{"openid", "email"});
    CHECK(scopes(R"(["openid", "email"])") == texts{"openid", "email"});
    CHECK(scopes("\"\"") == texts{});
    CHECK(scopes("[]") == texts{});
    CHECK_FALSE(scopes("null"));
    CHECK_FALSE(scopes(R"(["openid", 1])"));
}

TEST_CASE("what a refresh leaves out stays as it was") {
    const auto got = refreshed(builtin("hitkey"), R"({"access_token": "new", "expires_in": 3600})");
    CHECK(got.access_token.reveal() == "new");
    CHECK(got.refresh_token->reveal() == "old-refresh");
    CHECK(got.refresh_expires_at == now + 24h);
    CHECK(got.scopes == texts{"openid", "email"});
    CHECK(refreshed(builtin("hitkey"), R"({"access_token": "new", "refresh_token": null})").refresh_token->reveal() ==
          "old-refresh");
    CHECK(refreshed(builtin("hitkey"), R"({"access_token": "new", "scope": ""})").scopes == texts{});
}

TEST_CASE("further fields stay too, and what the reply says anew replaces them") {
    auto before = held();
    before.token_type = "Bearer";
    before.extra = {{"openid", "o-1"}, {"id_token", "old"}};
    const auto got = read_token(builtin("hitkey"), "refresh",
                                reply(200, R"({"access_token": "new", "id_token": "new"})"), now, &before)
                         .value();
    CHECK(got.token_type == "Bearer");
    CHECK(got.extra.at("openid") == "o-1");
    CHECK(got.extra.at("id_token") == "new");
}

TEST_CASE("a refresh token that is repeated keeps its end, and a new one has none until it is said") {
    CHECK(
        refreshed(builtin("hitkey"), R"({"access_token": "new", "refresh_token": "old-refresh"})").refresh_expires_at ==
        now + 24h);
    CHECK_FALSE(
        refreshed(builtin("hitkey"), R"({"access_token": "new", "refresh_token": "another"})").refresh_expires_at);
}

TEST_CASE("a rotated refresh token is taken whatever else the reply holds") {
    const auto got = refreshed(builtin("hike"), R"({"access_token": "new", "refresh_token": "new-refresh",
        "token_type": "mac", "expires_in": "NaN", "expires": -1, "scope": {}})");
    CHECK(got.access_token.reveal() == "new");
    CHECK(got.refresh_token->reveal() == "new-refresh");
    CHECK_FALSE(got.refresh_expires_at);
    CHECK(got.warnings.size() == 3);

    const auto required = edited("hike", {{"/token/token_type_required", "true"}});
    CHECK(refreshed(required, R"({"access_token": "new"})").warnings.size() == 1);
    CHECK(refused(required, R"({"access_token": "new"})").code == errc::missing_field);
}

TEST_CASE("the end of the refresh token, where it is said") {
    const auto what =
        edited("hike", {{"/token/refresh_expires", R"([{"at": "/refresh_expires_in", "as": "seconds"}])"}});
    const auto got = exchanged(what, R"({"access_token": "a", "refresh_token": "r", "refresh_expires_in": "86400"})");
    CHECK(got.refresh_expires_at == now + 24h);
    CHECK(got.extra.empty());
    CHECK_FALSE(
        exchanged(what, R"({"access_token": "a", "refresh_token": "r", "refresh_expires_in": 0})").refresh_expires_at);
}

TEST_CASE("a reply of a form, or of either kind") {
    const auto form = edited("hike", {{"/operations/exchange/format", R"("form")"}});
    const auto either = edited("hike", {{"/operations/exchange/format", R"("json_or_form")"}});
    const std::string body = "access_token=a%2Bb&refresh_token=r&expires_in=3600&token_type=bearer&uid=7";
    for (const auto& what : {form, either}) {
        const auto got = exchanged(what, body);
        CHECK(got.access_token.reveal() == "a+b");
        CHECK(got.refresh_token->reveal() == "r");
        CHECK(got.expires_at == now + 1h);
        CHECK(got.extra.at("uid") == "7");
    }
    CHECK(exchanged(either, R"({"access_token": "a"})").access_token.reveal() == "a");
    CHECK(refused(form, "access_token=a&access_token=b").code == errc::malformed_reply);
    CHECK(refused(form, "access_token=%zz").code == errc::malformed_reply);
    CHECK(refused(either, "error=bad_verification_code&error_description=no").provider_code == "bad_verification_code");
}

TEST_CASE("a token within an object of the reply, with what stands around it") {
    const auto what = edited("hike", {{"/token/root", R"("/authed_user")"}});
    const auto got = exchanged(what, R"({"ok": true, "access_token": "outer", "team": {"id": "T1"},
        "authed_user": {"id": "U1", "access_token": "inner"}})");
    CHECK(got.access_token.reveal() == "inner");
    CHECK(got.extra.at("id") == "U1");
    CHECK(got.extra.at("team").at("id") == "T1");
    CHECK(got.extra.at("access_token") == "outer");
    CHECK(refused(what, R"({"access_token": "outer"})").code == errc::missing_field);
}

TEST_CASE("a name that stands twice refuses a first token, and a refreshed one only where it is a token's") {
    CHECK(refused(builtin("hike"), R"({"access_token": "a", "expires_in": 1, "expires_in": 2})").code ==
          errc::malformed_reply);

    CHECK(refused(builtin("hike"), R"({"access_token": "a", "\u0061ccess_token": "b"})").code == errc::malformed_reply);

    const auto got =
        refreshed(builtin("hike"), R"({"access_token": "a", "refresh_token": "r", "scope": "x", "scope": "y"})");
    CHECK(got.refresh_token->reveal() == "r");
    REQUIRE(got.warnings.size() == 1);
    CHECK(got.warnings.front().find("\"scope\"") != std::string::npos);

    const auto before = held();
    for (const char* body : {R"({"access_token": "a", "refresh_token": "r", "refresh_token": "s"})",
                             R"({"access_token": "a", "access_token": "b", "refresh_token": "r"})"}) {
        const auto read = read_token(builtin("hike"), "refresh", reply(200, body), now, &before);
        REQUIRE(read.has_error());
        CHECK(read.error().code == errc::malformed_reply);
    }
}
