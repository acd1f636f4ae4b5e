// Logins in several tabs of one browser, its cookies, and the forms in which a callback comes.
#include "tests/login/login_world.hpp"

#include <boost/json/value.hpp>
#include <doctest/doctest.h>

namespace coauth::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("several tabs where the state is echoed: independent, in any order") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const client hitkey = world.client_of("hitkey");
        std::vector<pending_login> tabs;
        for (const char* to : {"/0", "/1", "/2", "/3"}) {
            tabs.push_back(world.begin(hitkey, browser, {.return_to = to}));
        }
        CHECK(browser.size() == 4);
        for (const std::size_t next : {2U, 0U, 3U, 1U}) {
            const login_answer answer = world.complete(callback_of(tabs[next]), browser);
            CHECK(answer.location == "/" + std::to_string(next));
            browser.take(answer.set_cookies);
        }
        CHECK(browser.size() == 0);
    }
}

TEST_CASE("several tabs where no state is echoed: the newest first, then the one before it") {
    for (const auto each : backends) {
        login_world world{each()};
        world.providers->on("userinfo", 200, R"({"reference":"u1","username":"ann"})");
        world.providers->on("exchange", 200, R"({"secret":"s1","expiration":4000000000})");
        cookie_jar browser;
        const client hikka = world.client_of("hikka");
        (void)world.begin(hikka, browser, {.return_to = "/first"});
        world.turn(1s);
        (void)world.begin(hikka, browser, {.return_to = "/second"});
        world.turn(1s);
        (void)world.begin(world.client_of("hitkey"), browser, {.return_to = "/elsewhere"});
        const login_answer one = world.complete("/callback/hikka?reference=r1", browser);
        CHECK(one.location == "/second");
        browser.take(one.set_cookies);
        CHECK(world.complete("/callback/hikka?reference=r2", browser).location == "/first");
        CHECK(world.complete("/callback/hikka?reference=r3", browser).status == 400);
    }
}

TEST_CASE("a callback twice at once is one login, and both get its answer") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        world.providers->hold();
        const auto one = world.start(world.broker->complete(callback_of(login), browser.header()));
        const auto two = world.start(world.broker->complete(callback_of(login), browser.header()));
        const auto other_code =
            world.start(world.broker->complete(callback_of(login, "hitkey", "c2"), browser.header()));
        CHECK(world.broker->statistics().completing == 1);
        CHECK(world.broker->statistics().waiting == 3);
        world.providers->let_go();
        world.settle();
        world.settle();
        REQUIRE(one->value);
        REQUIRE(two->value);
        REQUIRE(other_code->value);
        CHECK(one->value->status == 303);
        CHECK(two->value->session == one->value->session);
        CHECK(other_code->value->session == one->value->session);
        CHECK(world.providers->count("exchange") == 1);
        CHECK(world.broker->statistics().completed == 1);
        CHECK(world.broker->statistics().waiting == 0);
    }
}

TEST_CASE("a callback twice at once leaves the login of another tab alone where no state is echoed") {
    for (const auto each : backends) {
        login_world world{each()};
        world.providers->on("userinfo", 200, R"({"reference":"u1","username":"ann"})");
        world.providers->on("exchange", 200, R"({"secret":"s1","expiration":4000000000})");
        cookie_jar browser;
        const client hikka = world.client_of("hikka");
        (void)world.begin(hikka, browser, {.return_to = "/first"});
        world.turn(1s);
        (void)world.begin(hikka, browser, {.return_to = "/second"});
        world.providers->hold();
        const auto once = world.start(world.broker->complete("/callback/hikka?reference=r2", browser.header()));
        const auto twice = world.start(world.broker->complete("/callback/hikka?reference=r2", browser.header()));
        const auto other = world.start(world.broker->complete("/callback/hikka?reference=r1", browser.header()));
        world.providers->let_go();
        world.settle();
        world.settle();
        CHECK(once->value.value().location == "/second");
        CHECK(twice->value.value().session == once->value->session);
        CHECK(other->value.value().location == "/first");
        CHECK(world.providers->count("exchange") == 2);
    }
}

TEST_CASE("beginning again clears the cookies of the oldest logins, which end") {
    for (const auto each : backends) {
        login_options options;
        options.max_per_browser = 3;
        login_world world{each(), options};
        const client hitkey = world.client_of("hitkey");
        cookie_jar browser;
        std::vector<pending_login> tabs;
        for (int tab = 0; tab < 5; ++tab) {
            tabs.push_back(world.begin(hitkey, browser));
            world.turn(1s);
        }
        CHECK(browser.size() == 3);
        CHECK(world.broker->statistics().displaced == 2);
        CHECK(world.failure_of(tabs[0].completed()).code == errc::login_displaced);
        CHECK(world.failure_of(tabs[1].completed()).code == errc::login_displaced);
        CHECK(world.run(world.broker->complete(callback_of(tabs[0]), tabs[0].cookie())).status == 400);
        CHECK(world.complete(callback_of(tabs[2]), browser).status == 303);
        CHECK(world.complete(callback_of(tabs[4]), browser).status == 303);
    }
}

TEST_CASE("beginning again clears cookies of logins that are over, broken or nobody's, and no others") {
    for (const auto each : backends) {
        login_world world{each()};
        const client hitkey = world.client_of("hitkey");
        cookie_jar browser;
        const pending_login over = world.begin(hitkey, browser);
        CHECK(world.complete(callback_of(over), browser).status == 303);  // whose answer got lost
        const pending_login alive = world.begin(hitkey, browser);
        const std::string header = over.cookie() + "; theme=dark; __Host-login-0123456789abcdef=broken; " +
                                   alive.cookie() + "; __Host-login-short=x; login-0123456789abcdef=x; =; ;;a";
        const pending_login again = world.broker->begin(hitkey, {.cookies = header});
        const std::vector<std::string>& set = again.set_cookies();
        REQUIRE(set.size() == 3);
        CHECK(set[0].starts_with(again.cookie() + ";"));
        CHECK(set[1] == over.cookie().substr(0, over.cookie().find('=') + 1) +
                            "; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0");
        CHECK(set[2].starts_with("__Host-login-0123456789abcdef=;"));
        CHECK(world.broker->statistics().under_way == 2);
    }
}

TEST_CASE("hundreds of cookies are looked at in part, and never in vain") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        std::string header;
        for (int number = 1000; number < 1500; ++number) {
            header += "__Host-login-aaaaaaaaaaaa" + std::to_string(number) + "=x; other=y; ";
        }
        header += login.cookie();
        const pending_login again = world.broker->begin(world.client_of("hitkey"), {.cookies = header});
        CHECK(again.set_cookies().size() == 41);
        CHECK(world.run(world.broker->complete(callback_of(login), header)).status == 303);
    }
}

TEST_CASE("a cookie that stands there several times counts if one of them is right") {
    for (const auto each : backends) {
        login_world world{each()};
        const pending_login login = world.broker->begin(world.client_of("hitkey"));
        const std::string name = login.cookie().substr(0, login.cookie().find('=') + 1);
        const std::string header = "  " + name + "planted ;\t" + login.cookie() + " ; " + name;
        CHECK(world.run(world.broker->complete(callback_of(login), header)).status == 303);
    }
}

TEST_CASE("cookies for development over plain HTTP lack what needs HTTPS") {
    for (const auto each : backends) {
        login_options options;
        options.allow_insecure_cookies = true;
        options.cookie_name = "dev";
        login_world world{each(), options};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        CHECK(login.set_cookies().front().starts_with("dev-"));
        CHECK(login.set_cookies().front().ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=600"));
        CHECK(world.complete(callback_of(login), browser).status == 303);
    }
}

TEST_CASE("a fragment that a page sends on as a body is a callback") {
    for (const auto each : backends) {
        login_world world{each()};
        world.providers->on("userinfo", 200, R"({"response":[{"id":42,"first_name":"Ann","last_name":"A"}]})");
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("vk"), browser);
        const std::string state = parameter_of(login.url(), "state");
        const std::string fragment = "access_token=vk1&expires_in=86400&user_id=42&state=";
        CHECK(world.complete("/callback/vk", browser, fragment + state + "x").why->code ==
              errc::callback_state_mismatch);
        const login_answer answer = world.complete("/callback/vk", browser, fragment + state);
        CHECK(answer.status == 303);
        REQUIRE(answer.session);
        CHECK(answer.session->key.account() == "42");
        CHECK(answer.session->token->access_token.reveal() == "vk1");
        CHECK(world.providers->count("exchange") == 0);
    }
}

TEST_CASE("a body is no callback where the provider sends a query") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        const std::string query = callback_of(login).substr(callback_of(login).find('?') + 1);
        CHECK(world.complete("/callback/hitkey", browser, query).status == 400);
        CHECK(world.complete(callback_of(login), browser, "code=attackers&state=attackers").status == 303);
        CHECK(world.providers->sent().front().body().find("c1") != std::string::npos);
    }
}

}  // namespace
}  // namespace coauth::test
