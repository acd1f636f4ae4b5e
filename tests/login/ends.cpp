// How a broker ends: closed, destroyed, or without its context; and what those who wait get.
#include "tests/cache/held_callers.hpp"
#include "tests/failure_of.hpp"
#include "tests/login/login_world.hpp"

#include <coauth/core/random.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <span>
#include <utility>

namespace coauth::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

TEST_CASE("close begins nothing new, and waits for logins under way") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        const auto closed = world.start(world.broker->close(1min));
        CHECK_FALSE(closed->done());
        CHECK(failure_of([&] { (void)world.broker->begin(world.client_of("hitkey")); }).code == errc::shut_down);
        CHECK(world.complete(callback_of(login), browser).status == 303);
        world.settle();
        CHECK(closed->value.value() == 0);
        CHECK(world.complete(callback_of(login), browser).status == 503);
        CHECK(world.run(login.completed())->who->subject == "ann");
        CHECK(world.run(world.broker->close(1min)) == 0);
    }
}

TEST_CASE("close tells those who still wait when its grace has passed, and counts what was under way") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login one = world.begin(world.client_of("hitkey"), browser);
        const pending_login two = world.begin(world.client_of("hitkey"), browser);
        const auto waiting = world.start(one.completed(1h));
        const auto closed = world.start(world.broker->close(20s));
        world.turn(20s - 1ms);
        CHECK_FALSE(closed->done());
        CHECK_FALSE(waiting->done());
        world.turn(1ms);
        world.settle();
        CHECK(closed->value.value() == 2);
        CHECK(waiting->why().code == errc::shut_down);
        CHECK(world.failure_of(two.completed()).code == errc::shut_down);
        const login_answer late = world.complete(callback_of(two), browser);
        CHECK(late.status == 503);
        CHECK(late.why->code == errc::shut_down);
        CHECK(late.text.find("The provider") == std::string::npos);
        CHECK(world.broker->statistics().under_way == 0);
        CHECK(world.broker->statistics().waiting == 0);
    }
}

TEST_CASE("close without grace ends at once; with more than anybody's life, when the last login ends") {
    for (const auto each : backends) {
        for (const auto grace : {0ms, std::chrono::milliseconds{-1h}, std::chrono::milliseconds::min()}) {
            login_world world{each()};
            const pending_login login = world.broker->begin(world.client_of("hitkey"));
            CHECK(world.run(world.broker->close(grace)) == 1);
            CHECK(world.failure_of(login.completed()).code == errc::shut_down);
        }
        login_world world{each()};
        const pending_login login = world.broker->begin(world.client_of("hitkey"));
        const auto waiting = world.start(login.completed(1h));
        const auto closed = world.start(world.broker->close(std::chrono::milliseconds::max()));
        CHECK_FALSE(closed->done());
        world.turn(10min);
        world.settle();
        CHECK(waiting->why().code == errc::login_expired);
        CHECK(closed->value.value() == 0);
    }
}

TEST_CASE("close breaks off a login whose callback has come when its grace has passed, and returns after its end") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        const auto waiting = world.start(login.completed(1h));
        world.providers->hold();
        const auto handler = world.start(world.broker->complete(callback_of(login), browser.header()));
        world.settle();
        CHECK(world.providers->count("exchange") == 1);
        const auto closed = world.start(world.broker->close(20s));
        world.turn(20s - 1ms);
        world.settle();
        CHECK_FALSE(closed->done());
        CHECK(world.broker->statistics().completing == 1);
        world.turn(1ms);
        world.settle();
        CHECK(closed->value.value() == 1);
        CHECK(world.broker->statistics().completing == 0);
        CHECK(handler->value.value().status == 503);
        CHECK(waiting->why().code == errc::shut_down);
        world.providers->let_go();
        world.settle();
        CHECK(world.providers->count("userinfo") == 0);
        CHECK(world.run(world.broker->close(20s)) == 0);
    }
}

TEST_CASE("close waits for a transport that does not heed that the login is broken off") {
    struct deaf_provider final : transport {
        held_callers held;
        int requests = 0;
        awaitable<http_response> send(http_request) override {
            ++requests;
            co_await held.wait();
            co_return http_response{200, R"({"access_token":"a1","token_type":"Bearer","expires_in":3600})"};
        }
    };
    for (const auto each : backends) {
        deaf_provider deaf;
        login_world world{each()};
        cookie_jar browser;
        const client hitkey{deaf,
                            provider::builtin("hitkey"),
                            {.client_id = "id",
                             .client_secret = secret{"s"},
                             .redirect_uri = "https://game.example.com/callback/hitkey"}};
        const pending_login login = world.begin(hitkey, browser);
        const auto handler = world.start(world.broker->complete(callback_of(login), browser.header()));
        const auto closed = world.start(world.broker->close(0ms));
        world.settle();
        CHECK(handler->value.value().status == 503);
        CHECK_FALSE(closed->done());
        CHECK(world.broker->statistics().completing == 1);
        deaf.held.let_go();
        world.settle();
        CHECK(closed->value.value() == 1);
        CHECK(deaf.requests == 1);  // and userinfo is not asked any more
    }
}

TEST_CASE("who had to make room for a login is told, though the broker closes meanwhile") {
    struct closing_random final : random_source {
        mutable std::function<void()> meanwhile;
        void fill(std::span<unsigned char> bytes) const override {
            system_random()->fill(bytes);
            if (const auto now = std::exchange(meanwhile, nullptr)) {
                now();
            }
        }
    };
    const auto random = std::make_shared<closing_random>();
    login_options options;
    options.random = random;
    login_world world{kept_logins{.max_logins = 1}, options};
    const client hitkey = world.client_of("hitkey");
    const pending_login first = world.broker->begin(hitkey);
    const auto waiting = world.start(first.completed(1h));
    std::shared_ptr<started<std::size_t>> closed;
    random->meanwhile = [&] { closed = world.start(world.broker->close(20s)); };
    CHECK(failure_of([&] { (void)world.broker->begin(hitkey); }).code == errc::shut_down);
    world.settle();
    CHECK(waiting->why().code == errc::login_displaced);
    CHECK(closed->value.value() == 0);
}

TEST_CASE("a broker that dies wakes those who wait; what was begun with it stays safe to use") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        pending_login login = world.begin(world.client_of("hitkey"), browser);
        const pending_login other = world.begin(world.client_of("hitkey"), browser);
        const auto waiting = world.start(login.completed(1h));
        world.providers->hold();
        const auto handler = world.start(world.broker->complete(callback_of(other), browser.header()));
        world.broker.reset();
        world.settle();
        CHECK(waiting->why().code == errc::shut_down);
        CHECK(handler->value.value().status == 503);
        CHECK(world.failure_of(login.completed()).code == errc::shut_down);
        login.abandon();
        world.providers->let_go();
        world.settle();
        CHECK(world.providers->count("userinfo") == 1);  // the login goes on, for as long as the context runs
    }
}

TEST_CASE("when the context dies, callers on it are freed, and callers on another are told") {
    for (const auto each : backends) {
        login_world elsewhere;
        auto context = std::make_unique<asio::io_context>();
        std::unique_ptr<login_broker> broker;
        std::visit([&](auto how) { broker = std::make_unique<login_broker>(context->get_executor(), std::move(how)); },
                   each());
        const client hitkey = elsewhere.client_of("hitkey");
        pending_login login = broker->begin(hitkey);
        pending_login forgotten = broker->begin(hitkey);
        elsewhere.providers->hold();

        const auto freed = std::make_shared<int>(0);
        const auto never = [freed](const std::exception_ptr&, auto&&...) { CHECK(false); };
        asio::co_spawn(*context, login.completed(1h), never);
        asio::co_spawn(*context, forgotten.completed(1h), never);
        asio::co_spawn(*context, broker->complete(callback_of(login), login.cookie()), never);
        asio::co_spawn(*context, broker->close(1h), never);
        const auto waiting = elsewhere.start(login.completed(1h));
        const auto handler = elsewhere.start(broker->complete(callback_of(login), login.cookie()));
        context->poll();
        CHECK(freed.use_count() == 6);
        CHECK(broker->statistics().waiting == 6);

        elsewhere.providers->forget();
        context.reset();
        CHECK(freed.use_count() == 2);  // the frames are gone
        elsewhere.settle();
        CHECK(waiting->why().code == errc::shut_down);
        CHECK(handler->value.value().status == 503);
        CHECK(broker->statistics().waiting == 0);

        CHECK(elsewhere.failure_of(login.completed()).code == errc::shut_down);
        CHECK(elsewhere.failure_of(forgotten.completed()).code == errc::shut_down);
        CHECK(elsewhere.run(broker->complete(callback_of(forgotten), forgotten.cookie())).status == 503);
        CHECK(failure_of([&] { (void)broker->begin(hitkey); }).code == errc::shut_down);
        CHECK(elsewhere.run(broker->close(1h)) == 2);
        login.abandon();
        forgotten.abandon();
        elsewhere.providers->let_go();
        elsewhere.settle();
    }
}

TEST_CASE("the machine's clock ends a waiting, and a closed broker lets its context run dry") {
    for (const auto each : backends) {
        asio::io_context context;
        login_world scripts;
        login_options options;
        std::unique_ptr<login_broker> broker;
        std::visit(
            [&](auto how) { broker = std::make_unique<login_broker>(context.get_executor(), std::move(how), options); },
            each());
        const pending_login login = broker->begin(scripts.client_of("hitkey"));
        std::exception_ptr ended;
        bool closed = false;
        asio::co_spawn(context, login.completed(20ms), [&](std::exception_ptr thrown, login_session_ptr) {
            ended = thrown;
            asio::co_spawn(context, broker->close(20ms),
                           [&](std::exception_ptr, std::size_t left) { closed = left == 1; });
        });
        context.run();  // and it ends: the lifetime of ten minutes is nobody's work any more
        CHECK(failure_of([&] { std::rethrow_exception(ended); }).code == errc::timeout);
        CHECK(closed);
    }
}

}  // namespace
}  // namespace coauth::test
