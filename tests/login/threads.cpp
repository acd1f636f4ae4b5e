// Many threads on one broker, on the machine's clock. Nothing sleeps: the number of logins is bounded, and each test
// ends when every caller was resumed.
#include "tests/http/interrupting_executor.hpp"
#include "tests/login/login_world.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <random>
#include <thread>
#include <type_traits>

namespace coauth::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// HitKey without a network, for any thread.
class quick_provider final : public transport {
public:
    awaitable<http_response> send(http_request request) override {
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        if (request.operation == "exchange") {
            ++exchanges;
            co_return http_response{200, R"({"access_token":"a1","token_type":"Bearer","expires_in":3600})"};
        }
        co_return http_response{200, R"({"sub":"ann"})"};
    }
    std::atomic<std::size_t> exchanges{0};
};

client hitkey(transport& via) {
    return client{
        via,
        provider::builtin("hitkey"),
        {.client_id = "id", .client_secret = secret{"s"}, .redirect_uri = "https://app.example/callback/hitkey"}};
}

/// How callers ended. Each that was started has to be counted exactly once.
class ends {
public:
    std::atomic<std::size_t> started{0};
    std::atomic<std::size_t> resumed{0};
    std::atomic<std::size_t> unexpected{0};
    std::array<std::atomic<std::size_t>, 600> answers{};

    void count(const std::exception_ptr& thrown) {
        ++resumed;
        try {
            if (thrown) {
                std::rethrow_exception(thrown);
            }
        } catch (const error& known) {
            const bool foreseen = class_of(known.reason()) == failure_class::login ||
                                  known.reason() == errc::cancelled || known.reason() == errc::timeout ||
                                  known.reason() == errc::shut_down;
            unexpected += foreseen ? 0 : 1;
        } catch (const boost::system::system_error& ended) {
            // A coroutine that was cancelled before it waited is ended by Asio itself.
            unexpected += ended.code() == asio::error::operation_aborted ? 0 : 1;
        } catch (...) {
            ++unexpected;
        }
    }
};

/// Starts it on a strand of its own; maybe cancels it.
template <class T>
void start(asio::thread_pool& on, awaitable<T> work, ends& how, bool cancel) {
    const executor home = asio::make_strand(on);
    const auto stop = std::make_shared<asio::cancellation_signal>();
    ++how.started;
    asio::co_spawn(home, std::move(work),
                   asio::bind_cancellation_slot(stop->slot(), [&how, stop](std::exception_ptr thrown, T value) {
                       if constexpr (std::is_same_v<T, login_answer>) {
                           ++how.answers[value.status];
                       }
                       how.count(thrown);
                   }));
    if (cancel) {
        asio::post(home, [stop] { stop->emit(asio::cancellation_type::terminal); });
    }
}

/// When there is no room, there will be some.
pending_login begin(login_broker& broker, const client& with, const begin_options& wish) {
    for (;;) {
        try {
            return broker.begin(with, wish);
        } catch (const error& full) {
            if (full.reason() != errc::too_many_logins) {
                throw;
            }
            std::this_thread::yield();
        }
    }
}

/// A login and all that may become of it at once.
void log_in(login_broker& broker, const client& with, asio::thread_pool& on, ends& how, std::minstd_rand& random) {
    const auto one_in = [&](unsigned n) { return random() % n == 0; };
    begin_options wish;
    wish.address = "192.0.2." + std::to_string(random() % 50);
    pending_login login = begin(broker, with, wish);
    const std::string callback = callback_of(login);
    if (!one_in(3)) {
        start(on, login.completed(one_in(5) ? 0ms : 1min), how, one_in(4));
    }
    if (one_in(6)) {
        start(on, broker.complete(callback, "__Host-login-" + callback.substr(callback.size() - 16) + "=x"), how,
              false);
    }
    const unsigned handlers = static_cast<unsigned>(random()) % 3;
    for (unsigned each = 0; each < handlers; ++each) {
        start(on, broker.complete(callback, login.cookie()), how, one_in(6));
    }
    if (one_in(5) || handlers == 0) {
        login.abandon();
    }
    if (one_in(3)) {
        start(on, login.completed(1min), how, one_in(4));
    }
}

TEST_CASE("whatever many threads do at once, every caller is resumed once and no login is completed twice") {
    for (const auto each : backends) {
        quick_provider provider;
        const client with = hitkey(provider);
        ends how;
        login_statistics after;
        asio::thread_pool context{4};
        {
            std::unique_ptr<login_broker> broker;
            backend chosen = each();
            if (auto* with_little_room = std::get_if<kept_logins>(&chosen)) {
                with_little_room->max_logins = 300;
            }
            std::visit(
                [&](auto backend) {
                    broker = std::make_unique<login_broker>(context.get_executor(), std::move(backend));
                },
                std::move(chosen));
            std::vector<std::thread> beginners;
            for (unsigned thread = 0; thread < 4; ++thread) {
                beginners.emplace_back([&, thread] {
                    std::minstd_rand random{thread + 1};
                    for (int number = 0; number < 250; ++number) {
                        log_in(*broker, with, context, how, random);
                        static_cast<void>(broker->statistics());
                    }
                });
            }
            for (std::thread& thread : beginners) {
                thread.join();
            }
            start(context, broker->close(1min), how, false);
            while (how.resumed < how.started) {
                std::this_thread::yield();
            }
            after = broker->statistics();
        }
        context.join();
        CHECK(how.resumed == how.started);
        CHECK(how.unexpected == 0);
        CHECK(after.begun == 1000);
        CHECK(after.under_way == 0);
        CHECK(after.waiting == 0);
        CHECK(after.completing == 0);
        CHECK(after.completed == provider.exchanges);
        CHECK(after.completed + after.abandoned + after.displaced == 1000);
        CHECK(after.completed > 100);
        CHECK(how.answers[303] + how.answers[400] > 0);
        CHECK(how.answers[502] == 0);
    }
}

/// HitKey that knows who is with it.
class watched_provider final : public transport {
public:
    awaitable<http_response> send(http_request request) override {
        ++entered;
        ++within;
        const std::unique_ptr<std::atomic<int>, void (*)(std::atomic<int>*)> leaving{
            &within, [](std::atomic<int>* who) { --*who; }};
        for (int each = 0; each < 5; ++each) {
            co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        }
        co_return http_response{200, request.operation == "exchange" ? R"({"access_token":"a1","token_type":"Bearer"})"
                                                                     : R"({"sub":"ann"})"};
    }
    std::atomic<int> entered{0};
    std::atomic<int> within{0};
};

TEST_CASE("once close has returned, no login is at a transport, on any thread") {
    for (const auto each : backends) {
        watched_provider provider;
        const client with = hitkey(provider);
        ends how;
        asio::thread_pool context{4};
        std::unique_ptr<login_broker> broker;
        std::visit(
            [&](auto backend) { broker = std::make_unique<login_broker>(context.get_executor(), std::move(backend)); },
            each());
        for (int number = 0; number < 300; ++number) {
            const pending_login login = broker->begin(with);
            start(context, broker->complete(callback_of(login), login.cookie()), how, false);
        }
        asio::co_spawn(context, broker->close(0ms), asio::use_future).get();
        CHECK(provider.within == 0);
        const int entered = provider.entered;
        context.join();
        CHECK(provider.entered == entered);
        CHECK(how.resumed == how.started);
        CHECK(how.unexpected == 0);
        CHECK(how.answers[303] + how.answers[503] == 300);
    }
}

awaitable<void> await_login(pending_login login) {
    co_await login.completed(1s);
}

TEST_CASE("a broker that dies while a caller whose login has ended is still being parked") {
    quick_provider provider;
    asio::io_context context;
    asio::thread_pool callers{2};
    login_options options;
    options.clock = std::make_shared<manual_clock>();
    const std::weak_ptr<const clock> of_the_broker = options.clock;
    bool lives = false;
    std::function<void()> others;
    auto broker = std::make_unique<login_broker>(interrupting_executor{&context, &others}, std::exchange(options, {}));
    pending_login login = broker->begin(hitkey(provider));
    context.run();  // then what is posted to the broker's strand is posted to its executor
    context.restart();
    std::shared_future<void> ended;
    std::promise<void> begun;
    others = [&] {
        begun.get_future().wait();
        broker.reset();
        ended.wait();  // on the other thread, the caller's frames go
        context.run();
        lives = !of_the_broker.expired();
    };
    ended = asio::co_spawn(callers, await_login(std::move(login)), asio::use_future);
    begun.set_value();
    try {
        ended.get();
        FAIL("it was logged in");
    } catch (const error& why) {
        CHECK(why.reason() == errc::shut_down);
    }
    callers.join();
    CHECK(lives);
    context.restart();
    context.run();
    CHECK(of_the_broker.expired());
}

TEST_CASE("a broker that dies among threads wakes everybody") {
    for (int round = 0; round < 20; ++round) {
        for (const auto each : backends) {
            quick_provider provider;
            const client with = hitkey(provider);
            ends how;
            asio::thread_pool context{2};
            asio::thread_pool callers{2};
            {
                std::unique_ptr<login_broker> broker;
                std::visit(
                    [&](auto backend) {
                        broker = std::make_unique<login_broker>(context.get_executor(), std::move(backend));
                    },
                    each());
                std::minstd_rand random{static_cast<unsigned>(round) + 1};
                for (int number = 0; number < 20; ++number) {
                    pending_login login = broker->begin(with);
                    start(callers, login.completed(1min), how, false);
                    if (number % 2 == 0) {
                        start(callers, broker->complete(callback_of(login), login.cookie()), how, false);
                    }
                }
            }
            callers.join();
            CHECK(how.resumed == how.started);
            CHECK(how.unexpected == 0);
            context.join();
        }
    }
}

}  // namespace
}  // namespace coauth::test
