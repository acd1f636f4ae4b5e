// Many threads on one cache, on the machine's clock. Nothing sleeps: the number of operations is bounded, and each test
// ends when all callers were resumed.
#include "tests/cache/rotating_provider.hpp"

#include <coauth/cache/memory_store.hpp>
#include <coauth/cache/token_cache.hpp>
#include <coauth/flow/client.hpp>
#include <coauth/provider/catalog.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

/// A context that four threads run, until it is joined.
class four_threads {
public:
    four_threads() {
        for (int each = 0; each < 4; ++each) {
            threads_.emplace_back([this] { context_.run(); });
        }
    }
    ~four_threads() { join(); }

    /// Returns when the context has nothing more to do.
    void join() {
        work_.reset();
        for (std::thread& each : std::exchange(threads_, {})) {
            each.join();
        }
    }

    [[nodiscard]] executor get_executor() { return context_.get_executor(); }

private:
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ = make_work_guard(context_);
    std::vector<std::thread> threads_;
};

/// How calls ended. Each that was started has to be counted exactly once.
struct ends {
    std::atomic<int> started{0};
    std::atomic<int> resumed{0};
    std::atomic<int> tokens{0};
    std::atomic<int> cancelled{0};
    std::atomic<int> shut_down{0};
    std::atomic<int> unexpected{0};

    void count(const std::exception_ptr& thrown) {
        ++resumed;
        try {
            if (thrown) {
                std::rethrow_exception(thrown);
            }
            ++tokens;
        } catch (const error& known) {
            if (known.reason() == errc::cancelled) {
                ++cancelled;
            } else if (known.reason() == errc::shut_down) {
                ++shut_down;
            } else if (known.reason() != errc::no_token && known.reason() != errc::timeout) {
                ++unexpected;
                MESSAGE(std::string{known.what()});
            }
        } catch (const boost::system::system_error& ended) {
            // A coroutine that was cancelled before it waited is ended by Asio itself.
            const bool before = ended.code() == boost::asio::error::operation_aborted;
            ++(before ? cancelled : unexpected);
        } catch (const std::exception& unknown) {
            ++unexpected;
            MESSAGE(std::string{unknown.what()});
        }
    }
};

client hike(transport& via) {
    return client{via,
                  provider::builtin("hike"),
                  {.client_id = "id", .client_secret = secret{"s"}, .redirect_uri = "https://a.example/cb"}};
}

token login(rotating_provider& provider, const std::string& account, std::chrono::seconds lifetime) {
    token made{secret{"access-" + account}};
    made.refresh_token = secret{provider.issue(account)};
    made.issued_at = system_clock()->now();
    made.expires_at = *made.issued_at + lifetime;
    return made;
}

token_key account(unsigned number) {
    return {"hike", "id", std::to_string(number)};
}

template <class T>
void start(const executor& on, awaitable<T> work, ends& how) {
    ++how.started;
    boost::asio::co_spawn(on, std::move(work), [&how](std::exception_ptr thrown, auto&&...) { how.count(thrown); });
}
void start(const executor& on, awaitable<void> work, ends& how) {
    ++how.started;
    boost::asio::co_spawn(on, std::move(work), [&how](std::exception_ptr thrown) { how.count(thrown); });
}

/// One caller: so many random operations, one after the other.
awaitable<void> use(token_cache& cache, rotating_provider& provider, ends& how, unsigned seed, int operations) {
    std::minstd_rand random{seed};
    for (int each = 0; each < operations; ++each) {
        const unsigned number = static_cast<unsigned>(random()) % 6;
        const token_key key = account(number);
        std::exception_ptr thrown;
        ++how.started;
        try {
            switch (random() % 12) {
                case 0:
                    co_await cache.put(key,
                                       login(provider, std::to_string(number), std::chrono::seconds{random() % 3}));
                    break;
                case 1:
                    cache.invalidate(key, cache.peek(key));
                    break;
                case 2:
                    (void)co_await cache.erase(key);
                    break;
                case 3:
                    (void)co_await cache.refresh(key);
                    break;
                case 4:
                    (void)co_await cache.load_all();
                    break;
                case 5:
                    (void)cache.statistics();
                    break;
                case 6:
                    (void)co_await cache.get(key, 0ms);
                    break;
                default:
                    (void)co_await cache.get(key);
                    break;
            }
        } catch (...) {
            thrown = std::current_exception();
        }
        how.count(thrown);
    }
}

/// A token that has just ended, and its refresh: the caller waits, first for the store and then for the provider.
awaitable<token_ptr> renewed(token_cache& cache, rotating_provider& provider, token_key key, unsigned seed) {
    if (seed % 4 == 1) {
        co_await cache.put(key, login(provider, std::string{key.account()}, 0s));
    }
    co_return co_await cache.get(std::move(key));
}

void close(token_cache& cache, boost::asio::thread_pool& callers) {
    std::atomic<bool> closed{false};
    boost::asio::co_spawn(callers, cache.close(), [&](std::exception_ptr thrown, std::size_t lost) {
        CHECK_FALSE(thrown);
        CHECK(lost == 0);
        closed = true;
        closed.notify_all();
    });
    closed.wait(false);
}

}  // namespace

TEST_CASE("whatever many threads do at once, every caller is resumed once and no refresh token is used twice") {
    rotating_provider provider;
    provider.lifetime = 1;
    ends how;
    std::atomic<int> told{0};
    four_threads context;
    {
        cache_options options;
        options.on_event = [&told](const cache_event&) { ++told; };
        options.least_ahead = 1s;
        options.max_refreshes_per_provider = 3;
        options.max_entries = 4;  // fewer than accounts
        options.circuit_failures = 0;
        token_cache cache{context.get_executor(), std::make_shared<memory_store>(), options};
        cache.serve(hike(provider));
        boost::asio::thread_pool callers{3};
        for (unsigned each = 0; each < 24; ++each) {
            const executor home =
                each % 2 == 0 ? executor{callers.get_executor()} : executor{boost::asio::make_strand(callers)};
            boost::asio::co_spawn(home, use(cache, provider, how, each + 1, 100), boost::asio::detached);
        }
        callers.join();
        boost::asio::thread_pool closer{1};
        close(cache, closer);
    }
    context.join();
    CHECK(how.started == 2'400);
    CHECK(how.resumed == how.started);
    CHECK(how.unexpected == 0);
    CHECK(provider.refusals() == 0);
    CHECK(told > 0);
}

TEST_CASE("a cancellation that races with completion ends a caller once, one way or the other") {
    rotating_provider provider;
    ends how;
    four_threads context;
    {
        token_cache cache{context.get_executor(), std::make_shared<memory_store>()};
        cache.serve(hike(provider));
        boost::asio::thread_pool callers{2};
        for (unsigned round = 0; round < 2'000; ++round) {
            const token_key key = account(round % 16);
            const executor home = boost::asio::make_strand(callers);
            const auto stop = std::make_shared<boost::asio::cancellation_signal>();
            ++how.started;
            boost::asio::co_spawn(
                home, round % 4 == 0 ? cache.get(key) : renewed(cache, provider, key, round),
                boost::asio::bind_cancellation_slot(
                    stop->slot(), [&how, stop](std::exception_ptr thrown, token_ptr) { how.count(thrown); }));
            boost::asio::post(home, [stop] { stop->emit(boost::asio::cancellation_type::terminal); });
        }
        callers.join();
        boost::asio::thread_pool closer{1};
        close(cache, closer);
    }
    context.join();
    CHECK(how.resumed == how.started);
    CHECK(how.unexpected == 0);
    CHECK(provider.refusals() == 0);
    CHECK(how.cancelled > 0);
}

TEST_CASE("a cache that dies wakes those who wait on other contexts") {
    for (int round = 0; round < 50; ++round) {
        rotating_provider provider;
        provider.hold();
        ends how;
        four_threads context;
        boost::asio::thread_pool callers{2};
        {
            token_cache cache{context.get_executor(), std::make_shared<memory_store>()};
            cache.serve(hike(provider));
            for (unsigned each = 0; each < 4; ++each) {
                start(callers.get_executor(), cache.put(account(each), login(provider, std::to_string(each), 0s)), how);
            }
            while (how.resumed < 4) {
                std::this_thread::yield();
            }
            for (unsigned each = 0; each < 40; ++each) {
                start(boost::asio::make_strand(callers), cache.get(account(each % 4)), how);
            }
            while (cache.statistics().waiting < 40) {
                std::this_thread::yield();
            }
        }
        callers.join();
        CHECK(how.resumed == 44);
        CHECK(how.shut_down == 40);
        provider.let_go();
        context.join();
        CHECK(how.resumed == 44);
        CHECK(provider.refusals() == 0);
    }
}

TEST_CASE("close that races with callers leaves nobody waiting") {
    for (int round = 0; round < 100; ++round) {
        rotating_provider provider;
        ends how;
        four_threads context;
        {
            token_cache cache{context.get_executor(), std::make_shared<memory_store>()};
            cache.serve(hike(provider));
            boost::asio::thread_pool callers{3};
            for (unsigned each = 0; each < 60; ++each) {
                const token_key key = account(each % 5);
                const executor home = callers.get_executor();
                switch (each % 4) {
                    case 0:
                        start(home, cache.put(key, login(provider, std::to_string(each % 5), 0s)), how);
                        break;
                    case 1:
                        start(home, cache.erase(key), how);
                        break;
                    default:
                        start(home, cache.get(key), how);
                        break;
                }
                if (each == 40) {
                    boost::asio::co_spawn(home, cache.close(), [&how](std::exception_ptr thrown, std::size_t lost) {
                        how.unexpected += thrown || lost != 0 ? 1 : 0;
                    });
                }
            }
            callers.join();
        }
        context.join();
        CHECK(how.resumed == how.started);
        CHECK(how.unexpected == 0);
        CHECK(provider.refusals() == 0);
    }
}
