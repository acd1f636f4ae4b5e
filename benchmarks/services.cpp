// What the parts around a login cost: a fresh token from the cache, a login begun and completed by the broker, a record
// sealed.
#include "benchmarks/running.hpp"

#include <coauth/cache/memory_store.hpp>
#include <coauth/cache/token_cache.hpp>
#include <coauth/cache/token_seal.hpp>
#include <coauth/login/login_broker.hpp>
#include <coauth/provider/catalog.hpp>

#include <benchmark/benchmark.h>
#include <stdexcept>

namespace {

using namespace coauth;

/// A provider without a network, which grants every code.
class granting_provider final : public transport {
public:
    awaitable<http_response> send(http_request request) override {
        http_response reply{200, request.operation == "exchange" ? granted : known};
        reply.add_header("Content-Type", "application/json");
        co_return reply;
    }

private:
    const std::string granted = R"({"access_token":")" + std::string(800, 'a') +
                                R"(","refresh_token":"dGhpcyBpcyBh","token_type":"Bearer","expires_in":3600})";
    const std::string known = R"({"sub":"550e8400-e29b-41d4-a716-446655440000","name":"John Doe"})";
};

client client_of(transport& via) {
    return client{via,
                  provider::builtin("hitkey"),
                  {.client_id = "game",
                   .client_secret = secret{"client-secret"},
                   .redirect_uri = "https://game.example/callback/hitkey"}};
}

token issued() {
    token fresh{secret{std::string(800, 'a')}};
    fresh.token_type = "Bearer";
    fresh.refresh_token = secret{"dGhpcyBpcyBh"};
    fresh.expires_at = system_clock()->now() + std::chrono::hours{1};
    return fresh;
}

awaitable<void> get_until_enough(token_cache& from, token_key key, benchmark::State& state) {
    for (auto _ : state) {
        benchmark::DoNotOptimize(co_await from.get(key));
    }
    co_await from.close();
}

void cache_hit(benchmark::State& state) {
    boost::asio::io_context context{1};
    token_cache cache{context.get_executor(), std::make_shared<memory_store>()};
    const token_key key{"hitkey", "game", "550e8400-e29b-41d4-a716-446655440000"};
    bench::run(context, cache.put(key, issued()));
    bench::run(context, get_until_enough(cache, key, state));
}
BENCHMARK(cache_hit);

login_broker broker_of(boost::asio::io_context& context, bool kept) {
    if (kept) {
        return login_broker{context.get_executor(), kept_logins{.max_logins = 1'000'000}, login_options{}};
    }
    return login_broker{context.get_executor(), sealed_logins{key_ring::parse(key_ring::generate("first")).value()},
                        login_options{}};
}

void broker_begin(benchmark::State& state, bool kept) {
    boost::asio::io_context context{1};
    granting_provider provider;
    const client hitkey = client_of(provider);
    login_broker broker = broker_of(context, kept);
    for (auto _ : state) {
        benchmark::DoNotOptimize(broker.begin(hitkey));
    }
}
BENCHMARK_CAPTURE(broker_begin, kept, true)->Iterations(20'000);
BENCHMARK_CAPTURE(broker_begin, sealed, false)->Iterations(20'000);

/// Exchange and userinfo are in it, answered at once.
awaitable<void> complete_until_enough(login_broker& broker, const client& with, benchmark::State& state) {
    for (auto _ : state) {
        state.PauseTiming();
        const pending_login login = broker.begin(with);
        const std::size_t at = login.url().find("state=") + 6;
        std::string callback = "/callback/hitkey?code=SplxlOBeZQQYbYS6WxSbIA&state=" +
                               login.url().substr(at, login.url().find('&', at) - at);
        std::string cookie = login.cookie();
        state.ResumeTiming();
        const login_answer answer = co_await broker.complete(std::move(callback), std::move(cookie));
        if (answer.status != 303) {
            throw std::runtime_error("a login was not completed");
        }
    }
}

void broker_complete(benchmark::State& state, bool kept) {
    boost::asio::io_context context{1};
    granting_provider provider;
    const client hitkey = client_of(provider);
    login_broker broker = broker_of(context, kept);
    bench::run(context, complete_until_enough(broker, hitkey, state));
}
BENCHMARK_CAPTURE(broker_complete, kept, true)->Iterations(10'000);
BENCHMARK_CAPTURE(broker_complete, sealed, false)->Iterations(10'000);

void seal(benchmark::State& state) {
    const token_seal under = token_seal::under(key_ring::parse(key_ring::generate("first")).value());
    const token_key key{"hitkey", "game", "550e8400-e29b-41d4-a716-446655440000"};
    const token_record record{issued()};
    for (auto _ : state) {
        benchmark::DoNotOptimize(under.close(key, record));
    }
}
BENCHMARK(seal);

void open_sealed(benchmark::State& state) {
    const token_seal under = token_seal::under(key_ring::parse(key_ring::generate("first")).value());
    const token_key key{"hitkey", "game", "550e8400-e29b-41d4-a716-446655440000"};
    const std::string bytes = under.close(key, token_record{issued()});
    for (auto _ : state) {
        benchmark::DoNotOptimize(under.open(key, bytes));
    }
}
BENCHMARK(open_sealed);

}  // namespace
