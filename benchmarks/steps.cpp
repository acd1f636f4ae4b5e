// What the pure steps cost: loading a profile, building a request, reading a callback and a reply.
#include <coauth/coauth.hpp>

#include <benchmark/benchmark.h>

namespace {

const coauth::credentials who{"my-client", coauth::secret{"my-secret"}, "https://app.example/callback"};

void load_profile(benchmark::State& state) {
    const std::string_view json = coauth::provider::builtin_json("hitkey");
    for (auto _ : state) {
        benchmark::DoNotOptimize(coauth::provider::load(json, "hitkey"));
    }
}
BENCHMARK(load_profile);

void authorize(benchmark::State& state) {
    const coauth::provider::profile hitkey = coauth::provider::builtin("hitkey");
    for (auto _ : state) {
        benchmark::DoNotOptimize(coauth::provider::authorize(hitkey, who, {}, *coauth::system_random()));
    }
}
BENCHMARK(authorize);

void read_callback(benchmark::State& state) {
    const coauth::provider::profile hitkey = coauth::provider::builtin("hitkey");
    const coauth::authorization login = coauth::provider::authorize(hitkey, who, {}, *coauth::system_random()).value();
    const std::string callback = "/callback?code=SplxlOBeZQQYbYS6WxSbIA&state=" + login.state;
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            coauth::provider::read_callback(hitkey, login, callback, coauth::system_clock()->now()));
    }
}
BENCHMARK(read_callback);

void build_exchange(benchmark::State& state, const char* name) {
    const coauth::provider::profile profile = coauth::provider::builtin(name);
    const coauth::grant grant{coauth::secret{"SplxlOBeZQQYbYS6WxSbIA"}};
    coauth::provider::request_values values;
    values.who = &who;
    values.grant = &grant;
    for (auto _ : state) {
        benchmark::DoNotOptimize(coauth::provider::build_request(profile, "exchange", values));
    }
}
BENCHMARK_CAPTURE(build_exchange, json, "hitkey");
BENCHMARK_CAPTURE(build_exchange, form, "hike");

void read_token(benchmark::State& state) {
    const coauth::provider::profile hitkey = coauth::provider::builtin("hitkey");
    coauth::http_response reply{200, R"({"access_token":")" + std::string(800, 'a') +
                                         R"(","refresh_token":"dGhpcyBpcyBh","token_type":"Bearer","expires_in":3600,)"
                                         R"("scope":"openid profile email"})"};
    reply.add_header("Content-Type", "application/json");
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            coauth::provider::read_token(hitkey, "exchange", reply, coauth::system_clock()->now()));
    }
}
BENCHMARK(read_token);

}  // namespace
