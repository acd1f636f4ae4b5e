// What an attacker sends to the redirect URIs, and that it comes to nothing.
#include "tests/login/login_world.hpp"

#include <doctest/doctest.h>

namespace coauth::test {
namespace {

using namespace std::chrono_literals;

/// Refused as this, and nothing was asked of the provider.
void check_refused(login_world& world, const login_answer& answer, errc why) {
    CHECK(answer.status == 400);
    REQUIRE(answer.why);
    CHECK(name_of(answer.why->code) == name_of(why));
    CHECK_FALSE(answer.session);
    CHECK(answer.location.empty());
    CHECK(answer.set_cookies.empty());
    CHECK(world.providers->count("exchange") == 0);
    CHECK(world.broker->statistics().completed == 0);
}

/// The login was not touched by what came before.
void check_completes(login_world& world, const std::string& callback, const cookie_jar& browser) {
    CHECK(world.complete(callback, browser).status == 303);
}

TEST_CASE("a callback at another provider's redirect URI is refused, whoever's it is (mix-up)") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login hitkey = world.begin(world.client_of("hitkey"), browser);
        const pending_login hike = world.begin(world.client_of("hike"), browser);
        const pending_login hikka = world.begin(world.client_of("hikka"), browser);
        check_refused(world, world.complete(callback_of(hitkey, "hike"), browser), errc::callback_wrong_provider);
        check_refused(world, world.complete(callback_of(hike, "hitkey"), browser), errc::callback_wrong_provider);
        check_refused(world, world.complete(refusal_of(hike, "hitkey"), browser), errc::callback_wrong_provider);
        // A provider that echoes no state: what was begun elsewhere is not found by its cookie, nor by its state.
        const std::string state = parameter_of(hitkey.url(), "state");
        check_refused(world, world.complete("/callback/hikka?reference=r1&state=" + state, browser),
                      errc::callback_wrong_provider);
        CHECK(world.broker->statistics().refused == 4);
        check_completes(world, callback_of(hitkey), browser);
        check_completes(world, callback_of(hike, "hike"), browser);
    }
}

TEST_CASE("a code that is delivered to another provider's login goes to no provider but that login's own (mix-up)") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hikka"), browser);
        // HitKey's callback, sent to Hikka's redirect URI.
        check_refused(world, world.complete("/callback/hikka?code=hitkeys-code", browser), errc::callback_code_missing);
        CHECK(world.complete("/callback/hitkey?reference=r1", browser).why->code == errc::callback_login_unknown);
        CHECK(world.providers->sent().empty());
        CHECK(world.broker->statistics().under_way == 1);
    }
}

TEST_CASE("a state without a cookie is refused (CSRF)") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        check_refused(world, world.complete(callback_of(login), cookie_jar{}), errc::callback_cookie_missing);
        check_refused(world, world.complete(refusal_of(login), cookie_jar{}), errc::callback_cookie_missing);
        check_completes(world, callback_of(login), browser);
    }
}

TEST_CASE("a state with another browser's cookie is refused (CSRF, session fixation)") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar attackers;
        cookie_jar victims;
        const pending_login planted = world.begin(world.client_of("hitkey"), attackers);
        const pending_login own = world.begin(world.client_of("hitkey"), victims);
        // The attacker gets his code, and has the victim's browser open the callback.
        check_refused(world, world.complete(callback_of(planted), victims), errc::callback_cookie_missing);
        // And the other way round: the victim's code is of no use in the attacker's browser.
        check_refused(world, world.complete(callback_of(own), attackers), errc::callback_cookie_missing);
        check_completes(world, callback_of(own), victims);
    }
}

TEST_CASE("a cookie under the name of another login is refused") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar attackers;
        cookie_jar victims;
        const pending_login one = world.begin(world.client_of("hitkey"), attackers);
        const pending_login two = world.begin(world.client_of("hitkey"), victims);
        const std::string name = two.cookie().substr(0, two.cookie().find('='));
        const std::string value = one.cookie().substr(one.cookie().find('='));
        const login_answer answer = world.run(world.broker->complete(callback_of(two), name + value));
        check_refused(world, answer, errc::callback_cookie_mismatch);
        CHECK(world.broker->statistics().under_way == 2);
    }
}

TEST_CASE("a neighbouring site cannot plant a cookie: its name and attributes keep it to this host and to HTTPS") {
    for (const auto each : backends) {
        login_world world{each()};
        const pending_login login = world.broker->begin(world.client_of("hitkey"));
        const std::string& cookie = login.set_cookies().front();
        CHECK(cookie.starts_with("__Host-login-"));
        CHECK(cookie.ends_with("; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=600"));
        CHECK(cookie.find("Domain") == cookie.npos);
        // Without the prefix, a neighbour could have set it.
        const std::string bare = login.cookie().substr(std::string_view{"__Host-"}.size());
        check_refused(world, world.run(world.broker->complete(callback_of(login), bare)),
                      errc::callback_cookie_missing);
    }
}

TEST_CASE("a login begun by the attacker brings nothing to whoever opens its URL (fixation)") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar attackers;
        const pending_login login = world.begin(world.client_of("hitkey"), attackers);
        const auto waiting = world.start(login.completed(5min));
        // The victim was sent the provider's URL: he consents, and comes back without a cookie.
        check_refused(world, world.complete(callback_of(login), cookie_jar{}), errc::callback_cookie_missing);
        CHECK_FALSE(waiting->done());
    }
}

TEST_CASE("an error callback with a foreign state ends nobody's login") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar attackers;
        cookie_jar victims;
        const pending_login foreign = world.begin(world.client_of("hitkey"), attackers);
        const pending_login own = world.begin(world.client_of("hitkey"), victims);
        const auto waiting = world.start(foreign.completed(5min));
        check_refused(world, world.complete(refusal_of(foreign), victims), errc::callback_cookie_missing);
        check_refused(world, world.complete("/callback/hitkey?error=access_denied&state=made-up", victims),
                      errc::callback_cookie_missing);
        // The right beginning of a state, and the rest made up.
        std::string state = parameter_of(own.url(), "state");
        state.back() = state.back() == 'A' ? 'B' : 'A';
        check_refused(world, world.complete("/callback/hitkey?error=access_denied&state=" + state, victims),
                      errc::callback_state_mismatch);
        CHECK_FALSE(waiting->done());
        CHECK(world.broker->statistics().denied == 0);
        check_completes(world, callback_of(own), victims);
    }
}

TEST_CASE("an error callback without a state is told as the refusal it is, and ends no login") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hike"), browser);
        const auto waiting = world.start(login.completed(5min));
        const login_answer answer = world.complete("/callback/hike?error=access_denied", browser);
        CHECK(answer.status == 403);
        CHECK(answer.why->code == errc::access_denied);
        CHECK(answer.set_cookies.empty());
        CHECK_FALSE(waiting->done());
        check_completes(world, callback_of(login, "hike"), browser);
        CHECK(waiting->done());
    }
}

TEST_CASE("a cookie without a state is refused where the provider echoes the state") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        check_refused(world, world.complete("/callback/hitkey?code=c1", browser), errc::callback_state_missing);
        check_refused(world, world.complete("/callback/hitkey?code=c1&state=", browser), errc::callback_state_missing);
        check_completes(world, callback_of(login), browser);
    }
}

TEST_CASE("a callback without a cookie is refused where the cookie alone finds the login") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hikka"), browser);
        check_refused(world, world.complete("/callback/hikka?reference=r1", cookie_jar{}),
                      errc::callback_cookie_missing);
        // A state that does come back is verified, though this provider is not asked for one.
        check_refused(world, world.complete("/callback/hikka?reference=r1&state=made-up", browser),
                      errc::callback_cookie_missing);
        const std::string own_id = login.cookie().substr(std::string_view{"__Host-login-"}.size(), 16);
        check_refused(world, world.complete("/callback/hikka?reference=r1&state=" + own_id + "made-up", browser),
                      errc::callback_state_mismatch);
        CHECK(world.broker->statistics().under_way == 1);
    }
}

TEST_CASE("the same callback again is refused, and the provider is not asked (replay)") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        const cookie_jar before = browser;
        CHECK(world.complete(callback_of(login), browser).status == 303);
        for (int again = 0; again < 3; ++again) {
            const login_answer answer = world.complete(callback_of(login), before);
            CHECK(answer.status == 400);
            CHECK(answer.why->code == errc::callback_login_unknown);
        }
        CHECK(world.providers->count("exchange") == 1);
        CHECK(world.broker->statistics().refused == 3);
        CHECK(world.broker->statistics().completing == 0);
    }
}

TEST_CASE("a callback with a parameter twice, or with a code and an error, is refused and changes nothing") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        check_refused(world, world.complete(callback_of(login) + "&code=yours", browser),
                      errc::callback_duplicate_parameter);
        check_refused(world, world.complete(callback_of(login) + "&error=access_denied", browser),
                      errc::callback_contradictory);
        check_completes(world, callback_of(login), browser);
    }
}

TEST_CASE("no answer, failure or text of a login holds its state, code, cookie or secrets") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        const std::string state = parameter_of(login.url(), "state");
        const std::string value = login.cookie().substr(login.cookie().find('=') + 1);
        const std::string code = "a-code-that-nobody-may-see";
        const std::string good = callback_of(login, "hitkey", code);
        std::vector<login_answer> answers{
            world.complete(good, cookie_jar{}),
            world.complete(callback_of(login, "hike", code), browser),
            world.run(world.broker->complete(good, login.cookie() + "x")),
            world.complete(good + "&code=" + code, browser),
            world.complete("/callback/hitkey?state=" + state + "y&code=" + code, browser),
            world.complete("/callback/hitkey?code=" + code, browser),
            world.complete("/callback/hitkey?error=access_denied&error_description=" + code + "&state=" + state + "z",
                           browser),
        };
        world.providers->on("exchange", 400, R"({"error":"invalid_grant","error_description":")" + code + "\"}");
        answers.push_back(world.complete(good, browser));
        for (const login_answer& answer : answers) {
            REQUIRE(answer.why);
            const std::string told = answer.why->message() + answer.text + answer.location + error{*answer.why}.what();
            for (const std::string& secret : {state, state.substr(0, 20), value, code, std::string{"client-secret"}}) {
                CHECK(told.find(secret) == told.npos);
            }
        }
    }
}

}  // namespace
}  // namespace coauth::test
