#include "tests/http/interrupting_executor.hpp"
#include "tests/http/pool_fixture.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace coauth;
using namespace coauth::test;
namespace asio = boost::asio;

namespace {

/// Not inlined: clang, optimising, keeps the address of a thread's own variables across a suspension, and so would look
/// at the thread that the coroutine has left.
[[gnu::noinline]] bool is_here(const asio::strand<asio::any_io_executor>& home) {
    return home.running_in_this_thread();
}

/// Sends `count` requests one after the other, and says on how many occasions it was resumed elsewhere than on `home`.
awaitable<int> send_many(connection_pool& pool, asio::strand<asio::any_io_executor> home, int count) {
    int elsewhere = 0;
    for (int i = 0; i < count; ++i) {
        const http_response answer = co_await pool.send(get());
        elsewhere += answer.status() == 200 && is_here(home) ? 0 : 1;
    }
    co_return elsewhere;
}

/// Ten callers, each on a strand of `callers`, with a pool that works on `works`.
void check_resumed_at_home(const executor& callers, const executor& works) {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture options_of;
    pool_options options = options_of.options_for(peer);
    options.clock = nullptr;
    options.max_connections_per_origin = 3;
    connection_pool pool{works, options};
    std::vector<std::future<int>> all;
    for (int i = 0; i < 10; ++i) {
        const asio::strand<asio::any_io_executor> home{callers};
        all.push_back(asio::co_spawn(home, send_many(pool, home, 20), asio::use_future));
    }
    for (auto& each : all) {
        CHECK(each.get() == 0);
    }
    CHECK(pool.statistics().requests == 200);
    CHECK(pool.statistics().failed == 0);
    CHECK(pool.statistics().opened <= 3);
    CHECK(is_quiet(pool.statistics()));
}

/// An io_context run by some threads.
class running_context {
public:
    explicit running_context(unsigned threads) {
        for (unsigned i = 0; i < threads; ++i) {
            threads_.emplace_back([this] { context.run(); });
        }
    }
    ~running_context() {
        work_.reset();
        for (auto& each : threads_) {
            each.join();
        }
    }
    asio::io_context context;

private:
    asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(context);
    std::vector<std::thread> threads_;
};

/// An executor of a context that has no memory now and then.
struct poor_executor {
    asio::io_context* context;
    const bool* without_memory;

    asio::execution_context& query(asio::execution::context_t) const noexcept { return *context; }
    static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept {
        return asio::execution::blocking.never;
    }
    template <class Function>
    void execute(Function function) const {
        if (*without_memory) {
            throw std::bad_alloc{};
        }
        asio::post(*context, std::move(function));
    }
    bool operator==(const poor_executor&) const = default;
};

/// Each connection is opened before all else that is told of it, and closed once.
void check_lives(const std::vector<std::string>& lines) {
    std::map<std::string, bool> open;
    for (const std::string& line : lines) {
        CAPTURE(line);
        const std::string what = line.substr(0, line.find(' '));
        const std::string number = line.substr(what.size(), line.find_first_of(": ", what.size() + 1) - what.size());
        if (what == "opened") {
            CHECK(open.try_emplace(number, true).second);
        } else if (what == "reused") {
            CHECK(open.contains(number));
        } else if (what == "closed") {
            CHECK(std::exchange(open[number], false));
        }
    }
    for (const auto& [number, still] : open) {
        CHECK_FALSE_MESSAGE(still, number);
    }
}

}  // namespace

TEST_CASE("a pool that closes without memory for anything else still ends every request") {
    scripted_peer peer{identity_of(), [](peer_connection& client, std::size_t) {
                           client.expect_request();
                           client.wait_for_end();
                       }};
    pool_fixture test;
    bool without_memory = false;
    pool_options options = test.options_for(peer);
    options.max_connections_per_origin = 2;
    connection_pool pool{poor_executor{&test.context, &without_memory}, options};
    std::vector<pending_ptr> all;
    for (int i = 0; i < 3; ++i) {
        all.push_back(test.begin(pool));
    }
    test.run_until([&] { return peer.requests().size() == 2; });
    without_memory = true;
    pool.close();
    without_memory = false;
    for (const pending_ptr& each : all) {
        test.run_until_done(each);
        CHECK(each->reason() == errc::shut_down);
    }
}

TEST_CASE("a single thread") {
    running_context one{1};
    check_resumed_at_home(one.context.get_executor(), one.context.get_executor());
}

TEST_CASE("one context, many threads") {
    running_context many{4};
    check_resumed_at_home(many.context.get_executor(), many.context.get_executor());
}

TEST_CASE("the pool on a strand, the callers elsewhere") {
    running_context many{3};
    running_context callers{2};
    check_resumed_at_home(callers.context.get_executor(), asio::make_strand(many.context));
}

TEST_CASE("a thread_pool") {
    asio::thread_pool threads{3};
    check_resumed_at_home(threads.get_executor(), threads.get_executor());
    threads.join();
}

TEST_CASE("a future and a callback serve as well as a coroutine") {
    scripted_peer peer{identity_of(), answer_always};
    running_context one{1};
    pool_fixture options_of;
    connection_pool pool{one.context.get_executor(), options_of.options_for(peer)};
    CHECK(asio::co_spawn(one.context, pool.send(get()), asio::use_future).get().body() == "done");

    std::promise<unsigned> called;
    asio::co_spawn(one.context, pool.send(get()), [&](const std::exception_ptr& thrown, http_response answer) {
        called.set_value(thrown ? 0 : answer.status());
    });
    CHECK(called.get_future().get() == 200);
}

TEST_CASE("a pool that dies while a request that has ended is still being begun") {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture test;
    asio::thread_pool callers{2};
    pool_options options = test.options_for(peer);
    options.observer = std::make_shared<recorder>();
    const std::weak_ptr<const observer> of_the_pool = options.observer;
    bool lives = false;
    std::function<void()> others;
    auto pool =
        std::make_unique<connection_pool>(interrupting_executor{&test.context, &others}, std::exchange(options, {}));
    std::shared_future<http_response> answer;
    std::promise<void> begun;
    others = [&] {
        begun.get_future().wait();
        pool.reset();
        answer.wait();  // on the other thread, the caller's frames go
        test.context.run();
        lives = !of_the_pool.expired();
    };
    answer = asio::co_spawn(callers, pool->send(get()), asio::use_future);
    begun.set_value();
    try {
        answer.get();
        FAIL("it was answered");
    } catch (const error& why) {
        CHECK(why.reason() == errc::shut_down);
    }
    callers.join();
    CHECK(lives);
    test.context.restart();
    test.context.run();
    CHECK(of_the_pool.expired());
}

TEST_CASE("a pool that dies while many threads use it ends each of their requests once") {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture options_of;
    pool_options options = options_of.options_for(peer);
    options.clock = nullptr;
    options.max_connections_per_origin = 4;
    asio::thread_pool threads{4};
    std::vector<std::shared_ptr<recorder>> seen;
    for (int round = 0; round < 20; ++round) {
        options.observer = seen.emplace_back(std::make_shared<recorder>());
        auto pool = std::make_unique<connection_pool>(threads.get_executor(), options);
        std::vector<std::future<http_response>> all;
        for (int i = 0; i < 16; ++i) {
            all.push_back(asio::co_spawn(threads, pool->send(get()), asio::use_future));
        }
        const bool some_time = round % 2 == 1;
        if (some_time) {
            all.front().wait();
        }
        // The awaitables name the pool until they have begun.
        while (pool->statistics().requests < all.size()) {
            std::this_thread::yield();
        }
        pool.reset();
        for (auto& each : all) {
            try {
                const http_response answer = each.get();
                CHECK(answer.status() == 200);
            } catch (const error& why) {
                CHECK(why.reason() == errc::shut_down);
            }
        }
    }
    threads.join();
    for (const auto& each : seen) {
        check_lives(each->lines());
    }
}
