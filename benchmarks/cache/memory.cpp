// What a million tokens cost in memory.
#include "benchmarks/figures.hpp"
#include "benchmarks/running.hpp"
#include "cache/entry.hpp"
#include "sections.hpp"
#include "surroundings.hpp"

#include <malloc.h>
#include <memory>
#include <string>
#include <utility>

namespace coauth::bench {
namespace {

constexpr std::size_t access_size = 800;
constexpr std::size_t refresh_size = 64;

awaitable<void> put_all(token_cache& into, std::size_t count) {
    for (std::size_t each = 0; each < count; ++each) {
        token_key key{"hike", "web", account(each)};
        token fresh = issued(system_clock()->now(), access_size);
        co_await into.put(std::move(key), std::move(fresh));
    }
}

}  // namespace

void memory(const scale& how_much) {
    const std::size_t tokens = how_much.of(1'000'000, 100'000);
    heading("Memory: " + std::to_string(tokens) + " tokens, 800 + 64 characters, the cache alone");
    boost::asio::io_context context{1};
    granting_provider provider;
    token_cache cache{context.get_executor(), std::make_shared<agreeing_store>(), {}};
    cache.serve(client_of(provider));
    malloc_trim(0);
    const double heap = allocated();
    const double pages = resident();
    run(context, put_all(cache, tokens));
    const auto count = static_cast<double>(tokens);
    const double payload = access_size + refresh_size + static_cast<double>(account(0).size());
    at_most("above the payload, a token (heap in use)", 400, (allocated() - heap) / count - payload, "bytes");
    told("above the payload, a token (resident)", (resident() - pages) / count - payload, "bytes");
    told("sizeof(token)", sizeof(token), "bytes");
    told("sizeof(entry), without its account", sizeof(cache::entry), "bytes");
}

}  // namespace coauth::bench
