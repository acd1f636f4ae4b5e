// Waiting for a login: deadlines, cancellation, its lifetime, and giving it up.
#include "tests/login/login_world.hpp"

#include <doctest/doctest.h>

namespace coauth::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a deadline ends the waiting and not the login") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        const auto waiting = world.start(login.completed(1min));
        world.turn(1min - 1ms);
        CHECK_FALSE(waiting->done());
        world.turn(1ms);
        CHECK(waiting->why().code == errc::timeout);
        CHECK(world.failure_of(login.completed(0ms)).code == errc::timeout);
        CHECK(world.failure_of(login.completed(-1h)).code == errc::timeout);
        CHECK(world.failure_of(login.completed(std::chrono::milliseconds::min())).code == errc::timeout);
        const auto again = world.start(login.completed(std::chrono::milliseconds::max()));
        CHECK(world.complete(callback_of(login), browser).status == 303);
        CHECK(again->value.value()->who->subject == "ann");
        CHECK(world.broker->statistics().waiting == 0);
    }
}

TEST_CASE("without a deadline the options' one counts") {
    for (const auto each : backends) {
        login_options options;
        options.wait_timeout = 10s;
        login_world world{each(), options};
        const pending_login login = world.broker->begin(world.client_of("hitkey"));
        const auto waiting = world.start(login.completed());
        world.turn(10s);
        CHECK(waiting->why().code == errc::timeout);
    }
}

TEST_CASE("several wait for one login, some of them after its end") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        const auto one = world.start(login.completed(5min));
        const auto two = world.start(login.completed(5min));
        const auto cancelled = world.start(login.completed(5min));
        CHECK(world.broker->statistics().waiting == 3);
        cancelled->cancel();
        world.settle();
        CHECK(cancelled->why().code == errc::cancelled);
        CHECK_FALSE(one->done());
        const login_answer answer = world.complete(callback_of(login), browser);
        world.settle();
        CHECK(one->value.value() == answer.session);
        CHECK(two->value.value() == answer.session);
        CHECK(world.run(login.completed(0ms)) == answer.session);
        world.turn(1h);
        CHECK(world.run(login.completed()) == answer.session);
        CHECK(world.broker->statistics().waiting == 0);
        CHECK(world.broker->statistics().expired == 0);
    }
}

TEST_CASE("who cancels the handler of the callback ends his waiting, and not the login") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        const auto waiting = world.start(login.completed(5min));
        world.providers->hold();
        const auto handler = world.start(world.broker->complete(callback_of(login), browser.header()));
        handler->cancel();
        world.settle();
        CHECK(handler->why().code == errc::cancelled);
        CHECK(world.broker->statistics().completing == 1);
        world.providers->let_go();
        world.settle();
        world.settle();
        CHECK(waiting->value.value()->who->subject == "ann");
    }
}

TEST_CASE("a login whose handle was dropped is completed all the same") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        std::string callback;
        {
            pending_login login = world.begin(world.client_of("hitkey"), browser, {.return_to = "/in", .tag = "7"});
            callback = callback_of(login);
            pending_login moved = std::move(login);
            moved = world.broker->begin(world.client_of("hitkey"));
        }
        const login_answer answer = world.complete(callback, browser);
        CHECK(answer.location == "/in");
        CHECK(answer.session->tag == "7");
    }
}

TEST_CASE("a login is awaited without its handle too") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        std::string callback;
        auto not_yet_started = [&] {
            const pending_login login = world.begin(world.client_of("hitkey"), browser);
            callback = callback_of(login);
            return login.completed(5min);
        }();
        const auto waiting = world.start(std::move(not_yet_started));
        CHECK(world.broker->statistics().waiting == 1);
        const login_answer answer = world.complete(callback, browser);
        world.settle();
        CHECK(waiting->value.value() == answer.session);
    }
}

TEST_CASE("a login ends with its lifetime; who waits is told, and a later callback is refused") {
    for (const auto each : backends) {
        login_options options;
        options.lifetime = 5min;
        login_world world{each(), options};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        const auto waiting = world.start(login.completed(1h));
        const auto shorter = world.start(login.completed(4min));
        world.turn(5min - 1ms);
        CHECK_FALSE(waiting->done());
        CHECK(shorter->why().code == errc::timeout);
        world.turn(1ms);
        CHECK(waiting->why().code == errc::login_expired);
        CHECK(needs_login(waiting->why()));
        CHECK(world.failure_of(login.completed()).code == errc::login_expired);
        const login_answer late = world.complete(callback_of(login), browser);
        CHECK(late.status == 400);
        CHECK(late.why->code == errc::callback_login_unknown);
        CHECK(world.broker->statistics().expired == 1);
        CHECK(world.broker->statistics().waiting == 0);
        CHECK(world.providers->sent().empty());
    }
}

TEST_CASE("a kept login that nobody waits for leaves with its lifetime") {
    login_world world;
    const client hitkey = world.client_of("hitkey");
    for (int each = 0; each < 100; ++each) {
        (void)world.broker->begin(hitkey);
        world.turn(1s);
    }
    CHECK(world.broker->statistics().under_way == 100);
    world.turn(539s);
    CHECK(world.broker->statistics().under_way == 60);
    CHECK(world.broker->statistics().expired == 40);
    world.turn(60s);
    CHECK(world.broker->statistics().under_way == 0);
}

TEST_CASE("a callback that came in time goes on though the lifetime ends meanwhile") {
    for (const auto each : backends) {
        login_options options;
        options.lifetime = 10s;
        login_world world{each(), options};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        const auto waiting = world.start(login.completed(1min));
        world.turn(9s);
        world.providers->hold();
        const auto handler = world.start(world.broker->complete(callback_of(login), browser.header()));
        world.turn(11s);
        CHECK_FALSE(waiting->done());
        CHECK(world.broker->statistics().expired == 0);
        world.providers->let_go();
        world.settle();
        world.settle();
        CHECK(handler->value.value().status == 303);
        CHECK(waiting->value.value() == handler->value->session);
    }
}

TEST_CASE("what was given up before its callback is refused; who waits is told") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        pending_login login = world.begin(world.client_of("hitkey"), browser);
        const auto waiting = world.start(login.completed(5min));
        login.abandon();
        login.abandon();
        world.settle();
        CHECK(waiting->why().code == errc::login_abandoned);
        CHECK(world.failure_of(login.completed()).code == errc::login_abandoned);
        CHECK(world.complete(callback_of(login), browser).why->code == errc::callback_login_unknown);
        CHECK(world.broker->statistics().abandoned == 1);
        CHECK(world.broker->statistics().completed == 0);
        CHECK(world.providers->sent().empty());
    }
}

TEST_CASE("what is given up after its callback has come goes on") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        pending_login login = world.begin(world.client_of("hitkey"), browser);
        world.providers->hold();
        const auto handler = world.start(world.broker->complete(callback_of(login), browser.header()));
        login.abandon();
        world.providers->let_go();
        world.settle();
        world.settle();
        CHECK(handler->value.value().status == 303);
        CHECK(world.run(login.completed()) == handler->value->session);
        login.abandon();
        CHECK(world.run(login.completed()) == handler->value->session);
        CHECK(world.broker->statistics().abandoned == 0);
    }
}

TEST_CASE("a callback that is refused leaves those who wait waiting") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        const auto waiting = world.start(login.completed(5min));
        CHECK(world.complete("/callback/hitkey?code=c1&state=made-up", browser).status == 400);
        CHECK(world.complete(callback_of(login), cookie_jar{}).status == 400);
        CHECK_FALSE(waiting->done());
        CHECK(world.complete(callback_of(login), browser).status == 303);
        world.settle();
        CHECK(waiting->value);
    }
}

}  // namespace
}  // namespace coauth::test
