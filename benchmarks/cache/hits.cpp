// A token that is fresh: `get`, against a look-up in a map and a copy of the pointer under a shared mutex.
#include "benchmarks/figures.hpp"
#include "benchmarks/running.hpp"
#include "sections.hpp"
#include "surroundings.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <numeric>
#include <random>
#include <shared_mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace coauth::bench {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// What anybody would write first, and what the cache is measured against.
class plain_map {
public:
    void put(token_key key, token_ptr what) {
        const std::unique_lock lock{mutex_};
        tokens_.insert_or_assign(std::move(key), std::move(what));
    }
    [[nodiscard]] token_ptr get(const token_key& key) const {
        const std::shared_lock lock{mutex_};
        const auto found = tokens_.find(key);
        return found == tokens_.end() ? nullptr : found->second;
    }

private:
    mutable std::shared_mutex mutex_;
    std::unordered_map<token_key, token_ptr> tokens_;
};

std::size_t lost = 0;  // so that nothing is optimised away

double walk(const plain_map& in, const std::vector<token_key>& keys) {
    std::size_t none = 0;
    const double began = thread_time();
    for (const token_key& each : keys) {
        none += in.get(each) ? 0 : 1;
    }
    const double spent = thread_time() - began;
    lost += none;
    return spent / static_cast<double>(keys.size());
}

awaitable<double> walk_cache(token_cache& in, const std::vector<token_key>& keys) {
    std::size_t none = 0;
    const double began = thread_time();
    for (const token_key& each : keys) {
        none += co_await in.get(each) ? 0 : 1;
    }
    const double spent = thread_time() - began;
    lost += none;
    co_return spent / static_cast<double>(keys.size());
}

double walk(token_cache& in, const std::vector<token_key>& keys) {
    asio::io_context mine{1};
    return run(mine, walk_cache(in, keys));
}

awaitable<void> put_all(token_cache& into, std::size_t count, std::string prefix) {
    for (std::size_t each = 0; each < count; ++each) {
        token_key key{"hike", "web", prefix + account(each)};
        token fresh = issued(system_clock()->now());
        co_await into.put(std::move(key), std::move(fresh));
    }
}

/// Refreshes token after token of others, without end, and rests after each.
awaitable<void> refresh_all(token_cache& of, std::size_t first, std::size_t count, std::chrono::nanoseconds rest,
                            const std::atomic<bool>& stop) {
    asio::steady_timer timer{co_await asio::this_coro::executor};
    for (std::size_t each = first; !stop; each = (each + 7) % count) {
        token_key key{"hike", "web", "r" + account(each)};
        (void)co_await of.refresh(std::move(key));
        if (rest.count() > 0) {
            timer.expires_after(rest);
            co_await timer.async_wait(asio::use_awaitable);
        }
    }
}

struct filled {
    explicit filled(std::size_t count, const std::string& prefix = {}) : cache{context.get_executor(), kept, {}} {
        cache.serve(client_of(provider));
        run(context, put_all(cache, count, prefix));
    }

    asio::io_context context{1};
    std::shared_ptr<agreeing_store> kept = std::make_shared<agreeing_store>();
    granting_provider provider;
    alignas(128) token_cache cache;  // apart from the provider's count, which each refresh changes
};

/// A thread that refreshes what `of` holds under keys of its own, for as long as it lives: as fast as it can, or at
/// most so often in a second.
class refreshing {
public:
    static constexpr std::size_t tokens = 10'000;
    static constexpr int callers = 32;

    refreshing(filled& with, int a_second)
        : context_{with.context}, provider_{with.provider}, before_{with.provider.requests} {
        const std::chrono::nanoseconds rest = a_second == 0 ? 0s : std::chrono::nanoseconds{callers * 1s} / a_second;
        for (std::size_t each = 0; each < callers; ++each) {
            asio::co_spawn(context_, refresh_all(with.cache, each * 311, tokens, rest, stop_),
                           [this](std::exception_ptr thrown) {
                               rethrow(thrown);
                               ++ended_;
                           });
        }
        thread_ = std::thread([this] {
            context_.restart();
            while (ended_ < callers) {
                context_.run_one();
            }
        });
    }
    ~refreshing() {
        stop_ = true;
        thread_.join();
    }
    refreshing(const refreshing&) = delete;
    refreshing& operator=(const refreshing&) = delete;

    [[nodiscard]] std::size_t done() const { return provider_.requests - before_; }

private:
    asio::io_context& context_;
    granting_provider& provider_;
    const std::size_t before_;
    std::atomic<bool> stop_{false};
    int ended_ = 0;
    std::thread thread_;
};

std::vector<token_key> shuffled(std::size_t count, std::size_t walks, const std::string& prefix, unsigned seed) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), 0U);
    std::shuffle(order.begin(), order.end(), std::mt19937{seed});
    std::vector<token_key> keys;
    keys.reserve(walks);
    for (std::size_t each = 0; each < walks; ++each) {
        keys.emplace_back("hike", "web", prefix + account(order[each % count]));
    }
    return keys;
}

/// The speed of two threads that do `work` at once, in speeds of one.
template <class Work>
double speed_of_two(const Work& work) {
    std::atomic<int> ready{0};
    double each[2];
    const auto at_once = [&](int which) {
        ++ready;
        while (ready < 2) {
        }
        each[which] = work(which);
    };
    const double alone = work(0);
    std::thread other([&] { at_once(1); });
    at_once(0);
    other.join();
    return alone / each[0] + alone / each[1];
}

void against_map(const std::string& name, std::size_t count, const std::string& prefix, int rounds) {
    filled with{count, prefix};
    plain_map map;
    for (std::size_t each = 0; each < count; ++each) {
        map.put({"hike", "web", prefix + account(each)}, std::make_shared<const token>(issued(system_clock()->now())));
    }
    const auto keys = shuffled(count, std::max<std::size_t>(count, 100'000), prefix, 1);
    std::vector<double> floor;
    std::vector<double> ratio;
    for (int each = 0; each < rounds; ++each) {
        floor.push_back(walk(map, keys));
        ratio.push_back(walk(with.cache, keys) / floor.back());
    }
    told(name + ": map, CPU of a look-up", median(floor), "ns");
    at_most(name + ": get, against the map", 2, median(ratio), "times");
}

/// `a_second`: so many refreshes; 0: as many as one thread can.
void beside_refreshes(filled& with, filled& other, const std::vector<token_key>& keys, int a_second, int rounds) {
    std::vector<double> ratio;
    std::vector<double> against_idle;
    std::vector<double> rate;
    for (int each = 0; each < rounds; ++each) {
        const double idle = walk(with.cache, keys);
        double elsewhere = 0;
        {
            const refreshing load{other, a_second};
            elsewhere = walk(with.cache, keys);
        }
        const refreshing load{with, a_second};
        const double began = passing_time();
        const double here = walk(with.cache, keys);
        rate.push_back(static_cast<double>(load.done()) / ((passing_time() - began) / 1e9));
        ratio.push_back(here / elsewhere);
        against_idle.push_back(here / idle);
    }
    const std::string when = a_second == 0 ? "beside all the refreshes a thread can do" : "beside refreshes";
    told(when + ": refreshes", median(rate), "a second");
    at_most(when + ": get, against refreshes of another cache", 1.05, median(ratio), "times");
    told(when + ": get, against an idle machine", median(against_idle), "times");
}

void beside_refreshes(std::size_t count, int rounds) {
    filled with{count};
    filled other{0};
    run(with.context, put_all(with.cache, refreshing::tokens, "r"));
    run(other.context, put_all(other.cache, refreshing::tokens, "r"));
    const auto keys = shuffled(count, std::max<std::size_t>(count, 100'000), {}, 2);
    beside_refreshes(with, other, keys, 10'000, rounds);
    beside_refreshes(with, other, keys, 0, rounds);
}

void on_two_threads(std::size_t count, int rounds) {
    filled with{count};
    plain_map map[2];
    for (std::size_t each = 0; each < count; ++each) {
        for (plain_map& one : map) {
            one.put({"hike", "web", account(each)}, std::make_shared<const token>(issued(system_clock()->now())));
        }
    }
    const std::size_t walks = std::max<std::size_t>(count, 200'000);
    const std::vector<token_key> keys[2] = {shuffled(count, walks, {}, 3), shuffled(count, walks, {}, 4)};
    std::vector<double> machine;
    std::vector<double> shared;
    std::vector<double> cache;
    for (int each = 0; each < rounds; ++each) {
        machine.push_back(speed_of_two([&](int which) { return walk(map[which], keys[which]); }));
        shared.push_back(speed_of_two([&](int which) { return walk(map[0], keys[which]); }));
        cache.push_back(speed_of_two([&](int which) { return walk(with.cache, keys[which]); }));
    }
    told("two threads, a map each: what the machine gives", median(machine), "times one");
    told("two threads, one map under a shared mutex", median(shared), "times one");
    at_least("two threads, one cache", 1.8, median(cache), "times one");
}

}  // namespace

void hits(const scale& how_much) {
    heading("Hits: a fresh get (CPU time, medians of interleaved rounds)");
    const std::size_t many = how_much.of(1'000'000, 100'000);
    const int rounds = how_much.quick ? 5 : 11;
    against_map("1,000 keys", 1'000, {}, rounds);
    against_map(std::to_string(many) + " keys", many, {}, rounds);
    against_map("1,000 keys with accounts of 36 characters", 1'000, "a4b0c8d2-7e16-4f3a-9b5c-de", rounds);
    beside_refreshes(many, rounds);
    on_two_threads(many, rounds);
    if (lost != 0) {
        told("tokens that were not found", static_cast<double>(lost), "(wrong)");
    }
}

}  // namespace coauth::bench
