// What follows a callback: denial, exchange, userinfo; and what each failure is answered with.
#include "tests/login/login_world.hpp"

#include <boost/json/value.hpp>
#include <doctest/doctest.h>

namespace coauth::test {
namespace {

using namespace std::chrono_literals;

scripted_providers::answer throws(errc code, bool sent = false) {
    return [code, sent](const http_request&) -> http_response {
        failure why;
        why.code = code;
        why.request_sent = sent;
        throw error{std::move(why)};
    };
}

/// A login that fails after its callback: what the handler answers, and what the waiter gets.
login_answer failing(login_world& world, errc waiters) {
    cookie_jar browser;
    const pending_login login = world.begin(world.client_of("hitkey"), browser);
    const auto waiting = world.start(login.completed(5min));
    const login_answer answer = world.complete(callback_of(login), browser);
    world.settle();
    REQUIRE(answer.why);
    CHECK(name_of(answer.why->code) == name_of(waiters));
    CHECK(waiting->why().code == answer.why->code);
    CHECK(answer.why->provider == "hitkey");
    CHECK_FALSE(answer.session);
    CHECK_FALSE(answer.text.empty());
    browser.take(answer.set_cookies);
    CHECK(browser.size() == 0);
    CHECK(world.complete(callback_of(login), browser).status == 400);
    CHECK(world.broker->statistics().failed == 1);
    CHECK(world.broker->statistics().under_way == 0);
    return answer;
}

TEST_CASE("a refusal with its own state ends the login; whoever waits is told") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        const auto waiting = world.start(login.completed(5min));
        const login_answer answer =
            world.complete(refusal_of(login) + "&error_description=<b>no</b>&error_uri=https://evil.example", browser);
        world.settle();
        CHECK(answer.status == 403);
        CHECK(answer.why->code == errc::access_denied);
        CHECK(answer.text.find('<') == answer.text.npos);
        CHECK(waiting->why().code == errc::access_denied);
        browser.take(answer.set_cookies);
        CHECK(browser.size() == 0);
        CHECK(world.broker->statistics().denied == 1);
        CHECK(world.providers->sent().empty());
    }
}

TEST_CASE("other refusals in a callback are the provider's: 502, or 503 where it is overloaded") {
    const auto status_of = [](const std::string& word) {
        login_world world;
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        return world.complete(refusal_of(login, "hitkey", word), browser).status;
    };
    CHECK(status_of("server_error") == 502);
    CHECK(status_of("temporarily_unavailable") == 503);
    CHECK(status_of("unauthorized_client") == 502);
    CHECK(status_of("interaction_required") == 502);
    CHECK(status_of("account_selection_required") == 502);
}

TEST_CASE("an exchange that fails is answered with the status of its failure") {
    struct fault {
        scripted_providers::answer how;
        unsigned answered;
        errc told;
    };
    const auto replied = [](unsigned status, const char* body) {
        return [status, body](const http_request&) { return http_response{status, body}; };
    };
    const std::vector<fault> faults{
        {replied(400, R"({"error":"Invalid or expired authorization code"})"), 403, errc::invalid_grant},
        {replied(400, R"({"error":"invalid_client"})"), 502, errc::invalid_client},
        {replied(200, "<html>"), 502, errc::malformed_reply},
        {replied(200, R"({"token_type":"Bearer"})"), 502, errc::missing_field},
        {replied(302, ""), 502, errc::redirect_refused},
        {replied(429, "{}"), 503, errc::rate_limited},
        {replied(503, ""), 503, errc::http_status},
        {throws(errc::timeout, true), 504, errc::timeout},
        {throws(errc::timeout_connect), 504, errc::timeout_connect},
        {throws(errc::timeout_response, true), 504, errc::timeout_response},
        {throws(errc::connect_failed), 502, errc::connect_failed},
        {throws(errc::tls_certificate_untrusted), 502, errc::tls_certificate_untrusted},
        {throws(errc::too_many_waiting), 503, errc::too_many_waiting},
        {throws(errc::shut_down), 503, errc::shut_down},
        {[](const http_request&) -> http_response { throw std::runtime_error{"words\nof its own"}; }, 502,
         errc::server_error},
        {[](const http_request&) -> http_response { throw 7; }, 502, errc::server_error},
    };
    for (const fault& one : faults) {
        CAPTURE(name_of(one.told));
        for (const auto each : backends) {
            login_world world{each()};
            world.providers->on("exchange", one.how);
            const login_answer answer = failing(world, one.told);
            CHECK(answer.status == one.answered);
            CHECK(answer.why->message().find('\n') == std::string::npos);
            CHECK(world.providers->count("exchange") == 1);
            CHECK(world.providers->count("userinfo") == 0);
        }
    }
}

TEST_CASE("userinfo that fails and may be repeated is asked once more") {
    for (const auto each : backends) {
        login_world world{each()};
        world.providers->next("userinfo", throws(errc::connection_lost, true));
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        CHECK(world.complete(callback_of(login), browser).session->key.account() == "ann");
        CHECK(world.providers->count("exchange") == 1);
        CHECK(world.providers->count("userinfo") == 2);
    }
}

TEST_CASE("userinfo that fails twice, or may not be repeated at once, fails the login") {
    for (const auto each : backends) {
        {
            login_world world{each()};
            world.providers->on("userinfo", throws(errc::connection_lost, true));
            CHECK(failing(world, errc::connection_lost).status == 502);
            CHECK(world.providers->count("userinfo") == 2);
        }
        {
            login_world world{each()};
            world.providers->on("userinfo", [](const http_request&) {
                http_response busy{503, ""};
                busy.add_header("Retry-After", "30");
                return busy;
            });
            CHECK(failing(world, errc::http_status).status == 503);
            CHECK(world.providers->count("userinfo") == 1);
        }
        {
            login_world world{each()};
            world.providers->on("userinfo", 401, R"({"error":"invalid_token"})");
            CHECK(failing(world, errc::invalid_token).status == 502);
            CHECK(world.providers->count("userinfo") == 1);
        }
        {
            login_world world{each()};
            world.providers->on("userinfo", 200, R"({"name":"nobody"})");
            CHECK(failing(world, errc::missing_field).status == 502);
        }
    }
}

TEST_CASE("what a login may take is limited as a whole") {
    login_options options;
    options.completion_timeout = 10s;
    login_world world{kept(), options};
    std::vector<std::chrono::milliseconds> given;
    world.providers->on("exchange", [&](const http_request& request) {
        given.push_back(request.timeout.value());
        world.clock->advance(4s);
        return http_response{200, R"({"access_token":"a1","token_type":"Bearer","expires_in":3600})"};
    });
    world.providers->on("userinfo", [&](const http_request& request) {
        given.push_back(request.timeout.value());
        world.clock->advance(7s);
        return http_response{500, ""};
    });
    CHECK(class_of(failing(world, errc::http_status).why->code) == failure_class::http);
    REQUIRE(given.size() == 3);
    CHECK(given[0] == 10s);
    CHECK(given[1] == 6s);
    CHECK(given[2] <= 0s);
}

TEST_CASE("where the provider names nobody, the account is the given one, or a random one") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const client hike = world.client_of("hike");
        const pending_login named = world.begin(hike, browser, {.account = "shop-7"});
        const pending_login one = world.begin(hike, browser);
        const pending_login two = world.begin(hike, browser);
        const login_session_ptr shop = world.complete(callback_of(named, "hike"), browser).session;
        REQUIRE(shop);
        CHECK_FALSE(shop->who);
        CHECK(shop->key == token_key{"hike", "id", "shop-7"});
        const login_session_ptr first = world.complete(callback_of(one, "hike"), browser).session;
        const login_session_ptr second = world.complete(callback_of(two, "hike"), browser).session;
        CHECK(first->key.account().size() == 22);
        CHECK(first->key != second->key);
        CHECK(world.providers->count("userinfo") == 0);
    }
}

TEST_CASE("where the provider names somebody, a given account does not count") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser, {.account = "bob"});
        CHECK(world.complete(callback_of(login), browser).session->key.account() == "ann");
    }
}

constexpr const char* posting_profile = R"({
    "name": "posting", "title": "Posting", "issuer": "https://as.example",
    "scopes": {"separator": " ", "encoding": "form", "default": ["openid"]},
    "authorization": {
        "url": "https://as.example/authorize",
        "parameters": {"response_type": "code", "client_id": "{client_id}", "redirect_uri": "{redirect_uri}",
                       "scope": "{scope?}", "state": "{state}", "code_challenge": "{code_challenge}",
                       "code_challenge_method": "S256", "response_mode": "form_post"},
        "pkce": "S256"
    },
    "callback": {"carrier": "form", "binding": "state", "code": ["code"], "issuer_required": true},
    "token": {"access_token": "/access_token", "token_type": "/token_type"},
    "operations": {"exchange": {
        "method": "POST", "url": "https://as.example/token",
        "form": {"code": "{code}", "redirect_uri": "{redirect_uri}", "code_verifier": "{code_verifier}"}
    }}
})";

TEST_CASE("a callback that is posted as a form: its cookie goes along, issuer and PKCE are checked") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const client posting = world.client_of(provider::load(posting_profile), "https://app.example/posted");
        const pending_login login = world.begin(posting, browser);
        CHECK(login.set_cookies().front().find("; Secure; SameSite=None") != std::string::npos);
        const std::string form = "code=c1&state=" + parameter_of(login.url(), "state");
        CHECK(world.complete("/posted", browser, form).why->code == errc::callback_issuer_mismatch);
        CHECK(world.complete("/posted", browser, form + "&iss=https%3A%2F%2Fevil.example").why->code ==
              errc::callback_issuer_mismatch);
        CHECK(world.providers->sent().empty());
        const login_answer answer = world.complete("/posted", browser, form + "&iss=https%3A%2F%2Fas.example");
        CHECK(answer.status == 303);
        REQUIRE(world.providers->sent().size() == 1);
        const std::string sent{world.providers->sent().front().body()};
        CHECK(parameter_of(sent, "code_verifier").size() == 43);
        CHECK(parameter_of(sent, "redirect_uri") == "https%3A%2F%2Fapp.example%2Fposted");
    }
}

}  // namespace
}  // namespace coauth::test
