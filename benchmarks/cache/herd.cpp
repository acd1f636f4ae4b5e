// Ten thousand callers at once.
#include "benchmarks/figures.hpp"
#include "benchmarks/running.hpp"
#include "sections.hpp"
#include "surroundings.hpp"
#include "tests/cache/rotating_provider.hpp"

#include <coauth/cache/memory_store.hpp>
#include <coauth/core/manual_clock.hpp>

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace coauth::bench {
namespace {

using namespace std::chrono_literals;

awaitable<void> put_all(token_cache& into, test::rotating_provider& from, std::size_t count, clock::wall_time at) {
    for (std::size_t each = 0; each < count; ++each) {
        token_key key{"hike", account(each)};
        token fresh = issued(at);
        fresh.refresh_token = secret{from.issue(account(each))};
        co_await into.put(std::move(key), std::move(fresh));
    }
}

awaitable<void> get_one(token_cache& from, std::size_t number, std::size_t& got) {
    token_key key{"hike", account(number)};
    got += co_await from.get(std::move(key)) ? 1 : 0;
}

/// The provider answers only when all callers wait.
void at_once(std::size_t callers, std::size_t tokens) {
    boost::asio::io_context context{1};
    const auto clock = std::make_shared<manual_clock>();
    test::rotating_provider provider;
    cache_options options;
    options.clock = clock;
    auto kept = std::make_shared<memory_store>(clock);
    token_cache cache{context.get_executor(), kept, options};
    cache.serve(client_of(provider, clock));
    run(context, put_all(cache, provider, tokens, clock->now()));
    provider.hold();
    clock->advance(2h);
    std::size_t got = 0;
    const double began = process_time();
    for (std::size_t each = 0; each < callers; ++each) {
        boost::asio::co_spawn(context, get_one(cache, each % tokens, got), rethrow);
    }
    context.restart();
    context.poll();
    const std::size_t waiting = cache.statistics().waiting;
    provider.let_go();
    context.poll();
    const double spent = process_time() - began;
    const std::string name = std::to_string(callers) + " callers, expired tokens: " + std::to_string(tokens);
    exactly(name + ": callers that wait", callers, waiting);
    exactly(name + ": refreshes", tokens, provider.requests());
    exactly(name + ": refreshes that were refused", 0, provider.refusals());
    exactly(name + ": callers with a token", callers, got);
    told(name + ": CPU of a caller", spent / static_cast<double>(callers) / 1000, "us");
}

}  // namespace

void herd(const scale&) {
    heading("Many callers at once");
    at_once(10'000, 1);
    at_once(10'000, 1'000);
}

}  // namespace coauth::bench
