#include "game_backend/busy_meter.hpp"
#include "game_backend/metered_executor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <ctime>
#include <memory>

namespace game_backend {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

std::chrono::nanoseconds cpu_now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

void spend(std::chrono::nanoseconds cpu) {
    const auto until = cpu_now() + cpu;
    while (cpu_now() < until) {
    }
}

class metered_strand {
public:
    asio::io_context context{1};
    busy_meter meter;
    asio::strand<asio::io_context::executor_type> strand = asio::make_strand(context);
    metered_executor<decltype(strand)> game{strand, meter, account::game};
    metered_executor<decltype(strand)> logins{strand, meter, account::logins};

    [[nodiscard]] const busy_meter::usage& of(account whose) const { return meter.used_by(whose); }
};

TEST_CASE("what runs on a metered executor is charged to its account") {
    metered_strand on;
    asio::post(on.logins, [] { spend(2ms); });
    asio::post(on.logins, [] { spend(1ms); });
    asio::post(on.game, [] { spend(1ms); });
    on.context.run();
    CHECK(on.of(account::logins).handlers == 2);
    CHECK(on.of(account::logins).total >= 3ms);
    CHECK(on.of(account::logins).longest >= 2ms);
    CHECK(on.of(account::logins).longest < on.of(account::logins).total);
    CHECK(on.of(account::game).handlers == 1);
    CHECK(on.of(account::game).total >= 1ms);
}

TEST_CASE("a handler within another belongs to the outer one") {
    metered_strand on;
    asio::post(on.game, [&on] { asio::dispatch(on.logins, [] { spend(1ms); }); });
    on.context.run();
    CHECK(on.of(account::logins).handlers == 0);
    CHECK(on.of(account::game).longest >= 1ms);
}

coauth::awaitable<void> spend_twice() {
    spend(1ms);
    co_await asio::post(asio::use_awaitable);
    spend(1ms);
}

TEST_CASE("a coroutine's pieces are measured one by one") {
    metered_strand on;
    asio::co_spawn(on.logins, spend_twice(), asio::detached);
    on.context.run();
    CHECK(on.of(account::logins).handlers >= 2);
    CHECK(on.of(account::logins).total >= 2ms);
    CHECK(on.of(account::logins).longest < on.of(account::logins).total);
}

TEST_CASE("the end of what a handler holds is measured too") {
    struct slow_to_die {
        slow_to_die() = default;
        slow_to_die(const slow_to_die&) = delete;
        slow_to_die& operator=(const slow_to_die&) = delete;
        ~slow_to_die() { spend(1ms); }
    };
    metered_strand on;
    asio::post(on.logins, [held = std::make_unique<slow_to_die>()] {});
    on.context.run();
    CHECK(on.of(account::logins).longest >= 1ms);
}

TEST_CASE("what comes when the game is over is not counted") {
    metered_strand on;
    asio::post(on.logins, [] {});
    asio::post(on.game, [&on] { on.meter.stop(); });
    asio::post(on.logins, [] {});
    on.context.run();
    CHECK(on.of(account::logins).handlers == 1);
    CHECK(on.of(account::game).handlers == 0);
}

TEST_CASE("a tick is held up by what the logins spend between its time and its beginning") {
    metered_strand on;
    const auto now = std::chrono::steady_clock::now();
    const auto tick_due = [&on](std::chrono::steady_clock::time_point when) {
        asio::post(on.game, [&on, when] { on.meter.expect_tick(when); });
    };
    const auto tick = [&on] { asio::post(on.game, [&on] { on.meter.tick_begins(std::chrono::steady_clock::now()); }); };

    tick_due(now - 1s);
    asio::post(on.logins, [] { spend(1ms); });
    asio::post(on.game, [] { spend(5ms); });
    asio::post(on.logins, [] { spend(1ms); });
    tick();
    tick_due(now + 1h);
    asio::post(on.logins, [] { spend(1ms); });
    tick();
    on.context.run();

    REQUIRE(on.meter.ticks().size() == 2);
    CHECK(on.meter.ticks()[0].late >= 1s);
    CHECK(on.meter.ticks()[0].held_up >= 2ms);
    CHECK(on.meter.ticks()[0].held_up < on.of(account::logins).total);  // neither the game's nor what came later
    CHECK(on.meter.ticks()[1].held_up == 0ns);
}

}  // namespace
}  // namespace game_backend
