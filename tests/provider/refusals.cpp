#include "tests/provider/steps.hpp"

#include <coauth/provider/reply.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace coauth;
using namespace std::chrono_literals;
using provider::builtin;
using steps::edited;
using steps::reply;

namespace {

failure refused(const provider::profile& what, std::string_view operation, const http_response& response) {
    const auto read = operation == "exchange" || operation == "refresh" ? [&]() -> result<boost::json::value> {
        const auto got = provider::read_token(what, operation, response, steps::now);
        return got ? result<boost::json::value>(nullptr) : result<boost::json::value>(got.error());
    }()
        : provider::read_value(what, operation, response);
    REQUIRE_MESSAGE(read.has_error(), response.body());
    CHECK(read.error().step == operation);
    CHECK(read.error().provider == what.name());
    CHECK(read.error().http_status == response.status());
    CHECK(read.error().request_sent);
    return read.error();
}

struct row {
    std::string_view provider, operation;
    unsigned status;
    std::string_view body;
    errc code;
};

}  // namespace

TEST_CASE("each provider's errors mean what its document says") {
    const row rows[] = {
        {"hitkey", "exchange", 400, R"({"error": "Invalid or expired authorization code"})", errc::invalid_grant},
        {"hitkey", "exchange", 400, R"({"error": "Something new"})", errc::invalid_request},
        {"hitkey", "exchange", 500, R"({"error": "Something new"})", errc::server_error},
        {"hitkey", "exchange", 400, R"({"error": "invalid_scope"})", errc::invalid_scope},
        {"hitkey", "exchange", 422, R"({"errors": [{"message": "The code is required", "rule": "required"}]})",
         errc::invalid_request},
        {"hitkey", "userinfo", 401, R"({"error": "Unauthorized", "code": "UNAUTHORIZED"})", errc::invalid_token},
        {"hike", "exchange", 400, R"({"error": "invalid_grant"})", errc::invalid_grant},
        {"hike", "refresh", 401, R"({"error": "invalid_client"})", errc::invalid_client},
        {"hike", "refresh", 401, "", errc::invalid_client},
        {"hike", "exchange", 200, R"({"error": "invalid_grant", "error_description": "used"})", errc::invalid_grant},
        {"hike", "exchange", 200, R"({"error": "odd_one", "access_token": "a"})", errc::provider_error},
        {"hikka", "userinfo", 400, R"({"message": "Auth token is missing", "code": "auth:missing_token"})",
         errc::invalid_token},
        {"hikka", "userinfo", 400, R"({"message": "Token has expired", "code": "auth:token_expired"})",
         errc::invalid_token},
        {"hikka", "userinfo", 401, "", errc::invalid_token},
        {"hikka", "revoke", 403, R"({"message": "Permission denied", "code": "permission:denied"})",
         errc::insufficient_scope},
        {"vk", "userinfo", 200,
         R"({"error": {"error_code": 5, "error_msg": "User authorization failed: access_token has expired."}})",
         errc::invalid_token},
        {"vk", "validate", 200, R"({"error": {"error_code": 6, "error_msg": "Too many requests per second"}})",
         errc::rate_limited},
        {"vk", "userinfo", 200, R"({"error": {"error_code": 987654, "error_msg": "Something new"}})",
         errc::provider_error},
        {"hitbox", "exchange", 200, "authentication_failed", errc::invalid_grant},
        {"hitbox", "exchange", 401, "authentication_failed\n", errc::invalid_grant},
        {"hitbox", "userinfo", 200, "[]", errc::invalid_token},
        {"hitbox", "user_from_token", 200, "[]", errc::invalid_token},
        {"hitbox", "userinfo", 200, R"({"error": true, "error_msg": "database is down"})", errc::provider_error},
        {"hitbox", "validate", 200, R"({"success": false})", errc::provider_error},
        {"hitbox", "list_apps", 200, R"({"success": false, "error": true, "error_msg": "user_not_found"})",
         errc::provider_error},
        {"hitbox", "revoke", 200, R"({"error": false, "success": false})", errc::provider_error},
        {"hitbox", "revoke", 200, "[]", errc::provider_error},
    };
    for (const auto& each : rows) {
        CAPTURE(each.provider);
        CAPTURE(each.body);
        const auto what = refused(builtin(each.provider), each.operation, reply(each.status, std::string(each.body)));
        CHECK(name_of(what.code) == name_of(each.code));
    }
}

TEST_CASE("the provider's words are kept") {
    const auto own = refused(builtin("hitkey"), "exchange", reply(400, R"({"error": "Something new"})"));
    CHECK(own.provider_text == "Something new");
    const auto field =
        refused(builtin("hitkey"), "exchange", reply(422, R"({"errors": [{"message": "The code is required"}]})"));
    CHECK(field.provider_text == "The code is required");
    const auto vk = refused(builtin("vk"), "userinfo",
                            reply(200, R"({"error": {"error_code": 5, "error_msg": "User authorization failed."}})"));
    CHECK(vk.provider_code == "5");
    CHECK(vk.provider_text == "User authorization failed.");
    CHECK(refused(builtin("hitbox"), "exchange", reply(200, "authentication_failed")).provider_text ==
          "authentication_failed");
}

TEST_CASE("advice of the profile stands before the general one, and that of a text before that of a code") {
    const auto denied =
        refused(builtin("hikka"), "revoke", reply(403, R"({"message": "no", "code": "permission:denied"})"));
    CHECK(denied.detail.find("the token stays as it was") != std::string::npos);
    const auto moved = refused(builtin("vk"), "userinfo",
                               reply(200, R"({"error": {"error_code": 5, "error_msg": "User authorization failed: )"
                                          R"(access_token was given to another ip address."}})"));
    CHECK(moved.detail.find("IP address") != std::string::npos);
    const auto expired = refused(builtin("vk"), "userinfo",
                                 reply(200, R"({"error": {"error_code": 5, "error_msg": "User authorization failed: )"
                                            R"(access_token has expired."}})"));
    CHECK(expired.detail.find("log in again") != std::string::npos);
    CHECK(expired.detail != moved.detail);
    CHECK(refused(builtin("hike"), "exchange", reply(400, R"({"error": "invalid_grant"})")).detail == "log in again");
}

TEST_CASE("what a condition means counts where the words say nothing, and before the status") {
    const auto what = edited("hike", {{"/operations/list", R"({"method": "GET", "url": "https://api.hikeup.com/l"})"},
                                      {"/operations/list/errors",
                                       R"({"when": [{"at": "/ok", "equals": false},
                                                    {"at": "/gone", "present": true, "means": "invalid_token"},
                                                    {"text": "busy", "means": "rate_limited"}],
                                           "map": {"known": "invalid_scope"}, "statuses": {"200": "server_error"}})"}});
    const auto code = [&](std::string body, unsigned status = 200) {
        return name_of(refused(what, "list", reply(status, std::move(body))).code);
    };
    CHECK(code(R"({"gone": 1})") == "invalid_token");
    CHECK(code(R"({"ok": false, "gone": 1})") == "invalid_token");
    CHECK(code(R"({"gone": 1})", 404) == "invalid_token");
    CHECK(code(R"({"gone": 1, "error": "known"})") == "invalid_scope");
    CHECK(code(R"({"gone": 1, "error": "invalid_client"})") == "invalid_client");
    CHECK(code(R"({"ok": false})") == "server_error");
    CHECK(code("busy\n") == "rate_limited");
}

TEST_CASE("a status without words of OAuth is no OAuth error") {
    const auto code = [](unsigned status, std::string body = {}) {
        return name_of(refused(builtin("hike"), "exchange", reply(status, std::move(body))).code);
    };
    CHECK(code(500) == "http_status");
    CHECK(code(502, "<html><h1>Bad gateway</h1></html>") == "http_status");
    CHECK(code(503, "down for maintenance") == "http_status");
    CHECK(code(400, "{}") == "http_status");
    CHECK(code(403) == "http_status");
    CHECK(code(404, "not found") == "http_status");
    CHECK(code(401) == "invalid_client");
    CHECK(code(429) == "rate_limited");
    CHECK(code(503, R"({"error": "temporarily_unavailable"})") == "temporarily_unavailable");
    CHECK(code(503, R"({"error": "what"})") == "server_error");
    CHECK(code(403, R"({"error": "what"})") == "unauthorized_client");
    CHECK(refused(builtin("hike"), "exchange", reply(503, "down for maintenance")).provider_text ==
          "down for maintenance");
    CHECK(refused(builtin("hike"), "exchange", reply(502, "<html>x</html>")).provider_text.empty());
}

TEST_CASE("redirects are refused, whatever they hold") {
    for (const unsigned status : {301U, 302U, 303U, 307U, 308U}) {
        const auto what = refused(builtin("hike"), "exchange", reply(status, R"({"access_token": "a"})"));
        CHECK(what.code == errc::redirect_refused);
    }
}

TEST_CASE("only the statuses that an operation names are its success") {
    CHECK(provider::read_value(builtin("hitkey"), "register_client", reply(201, R"({"client_id": "x"})")).has_value());
    CHECK(refused(builtin("hitkey"), "register_client", reply(200, R"({"client_id": "x"})")).code ==
          errc::provider_error);
}

TEST_CASE("a Bearer challenge is read where the body says nothing") {
    const auto challenged = [](std::string_view challenge, std::string body = {}) {
        auto response = reply(401, std::move(body));
        response.add_header("WWW-Authenticate", challenge);
        return refused(edited("hitkey", {{"/errors/statuses", "{}"}}), "userinfo", response);
    };
    CHECK(challenged(R"(Bearer realm="x", error="insufficient_scope", scope="email")").code ==
          errc::insufficient_scope);
    CHECK(challenged("Bearer error=invalid_token").code == errc::invalid_token);
    CHECK(challenged(R"(Bearer error="invalid_token")").provider_code == "invalid_token");
    CHECK(challenged(R"(Bearer x_error="insufficient_scope")").code == errc::invalid_token);
    CHECK(challenged(R"(Bearer error="insufficient_scope")", R"({"error": "temporarily_unavailable"})").code ==
          errc::temporarily_unavailable);
}

TEST_CASE("Retry-After, in seconds or as a date") {
    const auto after = [](std::string_view value, std::string_view date = {}) {
        auto response = reply(429, "");
        response.add_header("retry-after", value);
        if (!date.empty()) {
            response.add_header("Date", date);
        }
        return refused(builtin("hike"), "refresh", response).retry_after;
    };
    constexpr std::string_view noon = "Sun, 11 Jan 2026 12:00:00 GMT";
    CHECK(after("120") == 120s);
    CHECK(after("0") == 0s);
    CHECK(after("99999999999999999999999") == 24h);
    CHECK(after("Sun, 11 Jan 2026 12:01:30 GMT", noon) == 90s);
    CHECK(after("Sun, 11 Jan 2026 11:00:00 GMT", noon) == 0s);
    CHECK(after("Mon, 11 Jan 2027 12:00:00 GMT", noon) == 24h);
    CHECK(after("Wed, 01 Jan 2200 00:00:00 GMT", "Fri, 01 Jan 1700 00:00:00 GMT") == 24h);
    CHECK(after("Fri, 01 Jan 1700 00:00:00 GMT", "Wed, 01 Jan 2200 00:00:00 GMT") == 0s);
    CHECK_FALSE(after("Sun, 11 Jan 2026 12:01:30 GMT"));
    CHECK_FALSE(after("-5", noon));
    CHECK_FALSE(after("1.5", noon));
    CHECK_FALSE(after("soon", noon));
    CHECK_FALSE(after("", noon));
}

TEST_CASE("errors come as JSON even where a success is a text or a form") {
    const auto text = edited(
        "hike", {{"/operations/list", R"({"method": "GET", "url": "https://api.hikeup.com/list", "format": "text"})"}});
    CHECK(refused(text, "list", reply(400, R"({"error": "invalid_token"})")).code == errc::invalid_token);
    const auto form = edited("hike", {{"/operations/exchange/format", R"("form")"}});
    CHECK(refused(form, "exchange", reply(400, R"({"error": "invalid_grant"})")).code == errc::invalid_grant);
}

TEST_CASE("the tests of a body") {
    const auto fails = [](std::string_view condition, std::string body) {
        const auto what =
            edited("hitkey", {{"/operations/list_clients/errors/when", "[" + std::string(condition) + "]"}});
        return provider::read_value(what, "list_clients", reply(200, std::move(body))).has_error();
    };
    CHECK(fails(R"({"at": "/ok", "equals": false})", R"({"ok": false})"));
    CHECK_FALSE(fails(R"({"at": "/ok", "equals": false})", R"({"ok": true})"));
    CHECK_FALSE(fails(R"({"at": "/ok", "equals": false})", R"({})"));
    CHECK(fails(R"({"at": "/errcode", "differs": 0})", R"({"errcode": 40029})"));
    CHECK(fails(R"({"at": "/errcode", "differs": 0})", R"({})"));
    CHECK_FALSE(fails(R"({"at": "/errcode", "differs": 0})", R"({"errcode": 0})"));
    CHECK_FALSE(fails(R"({"at": "/errcode", "differs": 0})", R"({"errcode": "0"})"));
    CHECK(fails(R"({"at": "/error", "present": true})", R"({"error": {}})"));
    CHECK_FALSE(fails(R"({"at": "/error", "present": true})", R"({"error": null})"));
    CHECK(fails(R"({"at": "/id", "absent": true})", R"({"id": null})"));
    CHECK_FALSE(fails(R"({"at": "/id", "absent": true})", R"({"id": 0})"));
    CHECK(fails(R"({"empty": true})", "[]"));
    CHECK(fails(R"({"empty": true})", "{}"));
    CHECK(fails(R"({"empty": true})", ""));
    CHECK_FALSE(fails(R"({"empty": true})", "[0]"));
    CHECK(fails(R"({"text": "nope"})", " nope\n"));
}
