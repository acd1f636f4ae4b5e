// Logins sealed in a cookie: any process with the same keys finishes them, and nobody else reads or alters them.
#include "tests/failure_of.hpp"
#include "tests/login/login_world.hpp"

#include <coauth/core/encoding.hpp>

#include <boost/json/value.hpp>
#include <doctest/doctest.h>

#include <set>

namespace coauth::test {
namespace {

using namespace std::chrono_literals;

std::string key_line(const std::string& name) {
    return std::string{key_ring::generate(name).reveal()};
}
sealed_logins ring(const std::string& text) {
    return sealed_logins{key_ring::parse(secret{text}).value()};
}

/// Two processes with the same keys, each serving HitKey.
struct fleet {
    explicit fleet(const std::string& keys = key_line("k1")) : fleet{keys, keys} {}
    fleet(const std::string& keys_of_a, const std::string& keys_of_b, login_options options_of_b = {})
        : a{ring(keys_of_a)}, b{a, ring(keys_of_b), std::move(options_of_b)} {
        b.broker->serve(b.client_of("hitkey"));
    }

    login_world a;
    login_world b;
};

TEST_CASE("a process finishes what another began: account, tag, path and scopes are as they were") {
    fleet nodes;
    cookie_jar browser;
    begin_options wish;
    wish.ask.scopes = {"openid", "email"};
    wish.return_to = "/games?id=7";
    wish.account = "\xff not UTF-8";
    wish.tag = std::string{"\0\n\"\xc3\x28", 5};
    const pending_login login = nodes.a.begin(nodes.a.client_of("hitkey"), browser, wish);
    const login_answer answer = nodes.b.complete(callback_of(login), browser);
    CHECK(answer.status == 303);
    REQUIRE(answer.session);
    CHECK(answer.location == "/games?id=7");
    CHECK(answer.session->tag == wish.tag);
    CHECK(answer.session->key == token_key{"hitkey", "id", "ann"});
    CHECK(nodes.b.providers->sent().front().body().find("callback/hitkey") != std::string::npos);
    browser.take(answer.set_cookies);
    CHECK(browser.size() == 0);
    // The process that began has not heard of it.
    CHECK(nodes.a.failure_of(login.completed(0ms)).code == errc::timeout);
    CHECK(nodes.b.broker->statistics().completed == 1);
    CHECK(nodes.b.broker->statistics().begun == 0);
    CHECK(nodes.b.broker->statistics().under_way == 0);
}

TEST_CASE("a process that does not serve the client refuses the callback") {
    const std::string keys = key_line("k1");
    login_world a{ring(keys)};
    login_world b{a, ring(keys)};
    cookie_jar browser;
    const pending_login login = a.begin(a.client_of("hitkey"), browser);
    CHECK(b.complete(callback_of(login), browser).why->code == errc::callback_login_unknown);
    // The same provider, for another application.
    b.broker->serve(
        client{*b.providers,
               provider::builtin("hitkey"),
               {.client_id = "other", .client_secret = {}, .redirect_uri = "https://app.example/callback/hitkey"}});
    CHECK(b.complete(callback_of(login), browser).why->code == errc::callback_login_unknown);
    CHECK(a.complete(callback_of(login), browser).status == 303);
}

TEST_CASE("a replay at another process reaches the provider, which refuses; each process refuses its own") {
    fleet nodes;
    std::set<std::string> spent;
    nodes.a.providers->on("exchange", [&](const http_request& request) {
        return spent.emplace(request.body()).second
                   ? http_response{200, R"({"access_token":"a1","token_type":"Bearer","expires_in":3600})"}
                   : http_response{400, R"({"error":"invalid_grant"})"};
    });
    cookie_jar browser;
    const pending_login login = nodes.a.begin(nodes.a.client_of("hitkey"), browser);
    CHECK(nodes.a.complete(callback_of(login), browser).status == 303);
    const login_answer elsewhere = nodes.b.complete(callback_of(login), browser);
    CHECK(elsewhere.status == 403);
    CHECK(elsewhere.why->code == errc::invalid_grant);
    CHECK(nodes.a.complete(callback_of(login), browser).why->code == errc::callback_login_unknown);
    CHECK(nodes.b.complete(callback_of(login), browser).why->code == errc::callback_login_unknown);
    CHECK(nodes.a.providers->count("exchange") == 2);
}

TEST_CASE("the key can be changed: what the old one sealed opens while it is in the ring") {
    const std::string old_key = key_line("old");
    const std::string new_key = key_line("new");
    cookie_jar browser;
    fleet during{old_key, new_key + "\n" + old_key};
    const pending_login login = during.a.begin(during.a.client_of("hitkey"), browser);
    CHECK(during.b.complete(callback_of(login), browser).status == 303);
    fleet after{old_key, new_key};
    const pending_login late = after.a.begin(after.a.client_of("hitkey"), browser);
    CHECK(after.b.complete(callback_of(late), browser).why->code == errc::callback_cookie_mismatch);
    fleet other_bytes{key_line("k1"), key_line("k1")};
    const pending_login forged = other_bytes.a.begin(other_bytes.a.client_of("hitkey"), browser);
    CHECK(other_bytes.b.complete(callback_of(forged), browser).why->code == errc::callback_cookie_mismatch);
}

TEST_CASE("a cookie that is altered anywhere, cut or lengthened is refused") {
    fleet nodes;
    const pending_login login = nodes.a.broker->begin(nodes.a.client_of("hitkey"), {.tag = "player-7"});
    const std::string cookie = login.cookie();
    const std::size_t value_at = cookie.find('=') + 1;
    const std::string bytes = from_base64url(cookie.substr(value_at)).value();
    const auto status_of = [&](const std::string& value) {
        return nodes.b.run(nodes.b.broker->complete(callback_of(login), cookie.substr(0, value_at) + value)).status;
    };
    std::size_t taken = 0;
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string altered = bytes;
        altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
        taken += status_of(base64url(altered)) == 400 ? 0 : 1;
    }
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        taken += status_of(base64url(bytes.substr(0, length))) == 400 ? 0 : 1;
    }
    taken += status_of(base64url(bytes + '\0')) == 400 ? 0 : 1;
    taken += status_of(base64url(bytes + bytes)) == 400 ? 0 : 1;
    taken += status_of(std::string(100'000, 'A')) == 400 ? 0 : 1;
    taken += status_of("") == 400 ? 0 : 1;
    CHECK(taken == 0);
    CHECK(nodes.b.providers->sent().empty());
    CHECK(status_of(cookie.substr(value_at)) == 303);
}

TEST_CASE("nothing of a login is readable in its cookie") {
    login_world world{sealed()};
    const pending_login login =
        world.broker->begin(world.client_of("hitkey"), {.return_to = "/secret-place", .tag = "secret-tag"});
    const std::string bytes = from_base64url(login.cookie().substr(login.cookie().find('=') + 1)).value();
    for (const char* text : {"secret-place", "secret-tag", "hitkey", "app.example"}) {
        CHECK(bytes.find(text) == bytes.npos);
    }
    CHECK(bytes.find(parameter_of(login.url(), "state")) == bytes.npos);
}

TEST_CASE("a login that is too long for a cookie is refused, and nothing is begun") {
    login_world world{sealed()};
    const client hitkey = world.client_of("hitkey");
    begin_options wish;
    for (int each = 0; each < 100; ++each) {
        wish.ask.scopes.push_back("a-scope-with-a-rather-long-name-" + std::to_string(each));
    }
    const failure why = failure_of([&] { (void)world.broker->begin(hitkey, wish); });
    CHECK(why.code == errc::invalid_argument);
    CHECK(world.broker->statistics().begun == 0);
    CHECK(world.broker->statistics().under_way == 0);
    cookie_jar browser;
    begin_options longest;
    longest.return_to = "/" + std::string(1023, 'a');
    longest.tag = std::string(256, '"');
    longest.account = std::string(256, 'a');
    const pending_login login = world.begin(hitkey, browser, longest);
    CHECK(browser.header().size() < 4096);
    CHECK(world.complete(callback_of(login), browser).session->tag == longest.tag);
}

TEST_CASE("lifetimes hold across processes whose clocks differ by little") {
    const auto finished_after = [](std::chrono::seconds clock_of_b_ahead, std::chrono::seconds later) {
        login_options options_of_b;
        const auto clock_of_b = std::make_shared<manual_clock>(manual_clock{}.now() + clock_of_b_ahead);
        options_of_b.clock = clock_of_b;
        const std::string keys = key_line("k1");
        fleet nodes{keys, keys, options_of_b};
        cookie_jar browser;
        const pending_login login = nodes.a.begin(nodes.a.client_of("hitkey"), browser);
        clock_of_b->advance(later);
        return nodes.b.complete(callback_of(login), browser).status == 303;
    };
    CHECK(finished_after(0s, 599s));
    CHECK_FALSE(finished_after(0s, 600s));
    CHECK(finished_after(-60s, 600s));
    CHECK_FALSE(finished_after(60s, 540s));
    CHECK(finished_after(60s, 500s));
}

TEST_CASE("a process forgets the oldest of too many completed logins; the provider still takes a code once") {
    sealed_logins how = ring(key_line("k1"));
    how.remembered = 3;
    login_world world{how};
    const client hitkey = world.client_of("hitkey");
    std::vector<pending_login> logins;
    for (int each = 0; each < 4; ++each) {
        logins.push_back(world.broker->begin(hitkey));
        CHECK(world.run(world.broker->complete(callback_of(logins.back()), logins.back().cookie())).status == 303);
        world.turn(1s);
    }
    world.providers->on("exchange", 400, R"({"error":"invalid_grant"})");
    const auto again = [&](const pending_login& login) {
        return world.run(world.broker->complete(callback_of(login), login.cookie())).why->code;
    };
    CHECK(again(logins[3]) == errc::callback_login_unknown);
    CHECK(again(logins[2]) == errc::callback_login_unknown);
    CHECK(again(logins[1]) == errc::callback_login_unknown);
    CHECK(again(logins[0]) == errc::invalid_grant);
}

TEST_CASE("nothing is kept of a login that nobody holds") {
    login_world world{sealed()};
    const client hitkey = world.client_of("hitkey");
    cookie_jar browser;
    const pending_login held = world.begin(hitkey, browser);
    for (int each = 0; each < 1000; ++each) {
        (void)world.broker->begin(hitkey);
    }
    CHECK(world.broker->statistics().under_way == 1);
    CHECK(world.broker->statistics().begun == 1001);
}

}  // namespace
}  // namespace coauth::test
