// What the store costs: sealing, writing, and a restart with a million tokens.
#include "benchmarks/figures.hpp"
#include "benchmarks/running.hpp"
#include "sections.hpp"
#include "surroundings.hpp"

#include <coauth/cache/memory_store.hpp>
#include <coauth/core/key_ring.hpp>
#include <coauth/core/manual_clock.hpp>
#include <coauth/sqlite/sqlite_store.hpp>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace coauth::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t access_size = 800;

/// A folder that is gone afterwards.
class folder {
public:
    folder()
        : path_{std::filesystem::temp_directory_path() / ("coauth-benchmark-" + random_text(*system_random(), 6))} {
        std::filesystem::create_directory(path_);
    }
    ~folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;

    [[nodiscard]] std::string file() const { return (path_ / "tokens.db").string(); }

private:
    std::filesystem::path path_;
};

token_seal seal() {
    return token_seal::under(key_ring::parse(key_ring::generate("benchmark")).value());
}

awaitable<void> commit_some(token_store& into, std::size_t first, std::size_t count, std::size_t step,
                            clock::wall_time at) {
    for (std::size_t each = first; each < count; each += step) {
        token_key key{"hike", "web", account(each)};
        token_record record{issued(at, access_size)};
        (void)co_await into.commit(std::move(key), std::move(record), 0);
    }
}

/// Commits `count` tokens, `at_once` at a time; nanoseconds for each.
double commit_all(token_store& into, std::size_t count, std::size_t at_once, clock::wall_time at) {
    boost::asio::io_context context{1};
    std::size_t ended = 0;
    const double began = passing_time();
    for (std::size_t each = 0; each < at_once; ++each) {
        boost::asio::co_spawn(context, commit_some(into, each, count, at_once, at), [&](std::exception_ptr thrown) {
            rethrow(thrown);
            ++ended;
        });
    }
    const auto busy = boost::asio::make_work_guard(context);
    while (ended < at_once) {
        context.run_one();
    }
    return (passing_time() - began) / static_cast<double>(count);
}

void sealing(std::size_t count) {
    const token_seal with = seal();
    const token_key key{"hike", "web", account(1)};
    const token_record record{issued(system_clock()->now(), access_size)};
    std::string sealed;
    double began = thread_time();
    for (std::size_t each = 0; each < count; ++each) {
        sealed = with.close(key, record);
    }
    told("sealing a record, CPU", (thread_time() - began) / static_cast<double>(count) / 1000, "us");
    told("a sealed record", static_cast<double>(sealed.size()), "bytes");
    began = thread_time();
    std::size_t opened = 0;
    for (std::size_t each = 0; each < count; ++each) {
        opened += with.open(key, sealed) ? 1 : 0;
    }
    told("opening a record, CPU", (thread_time() - began) / static_cast<double>(count) / 1000, "us");
    exactly("records opened", count, opened);
}

/// The refreshes after `load_all` of tokens that have all ended: in tenths of the window.
void spread(std::size_t tokens) {
    boost::asio::io_context context{1};
    const auto clock = std::make_shared<manual_clock>();
    granting_provider provider;
    const auto kept = std::make_shared<memory_store>(clock);
    (void)commit_all(*kept, tokens, 1, clock->now() - 2h);
    cache_options options;
    options.clock = clock;
    options.max_refreshes_per_provider = 1000;
    token_cache cache{context.get_executor(), kept, options};
    cache.serve(client_of(provider, clock));
    run(context, [](token_cache& of) -> awaitable<void> { (void)co_await of.load_all(); }(cache));
    const std::size_t at_once = provider.requests;
    std::vector<double> tenths;
    for (int each = 0; each < 10; ++each) {
        const std::size_t before = provider.requests;
        for (int second = 0; second < 30; ++second) {
            clock->advance(1s);
            context.restart();
            context.poll();
        }
        tenths.push_back(static_cast<double>(provider.requests - before) * 10 / static_cast<double>(tokens));
    }
    double uneven = 0;
    for (const double each : tenths) {
        uneven = std::max(uneven, std::abs(each - 1) * 100);
    }
    const std::string name = "load_all of " + std::to_string(tokens) + " that have ended";
    exactly(name + ": refreshes at once", 0, at_once);
    exactly(name + ": refreshes within load_window", tokens, provider.requests);
    at_most(name + ": greatest difference from even, tenths of the window", 10, uneven, "%");
}

}  // namespace

void writing(const scale& how_much) {
    heading("Stores: records with access tokens of 800 characters");
    sealing(how_much.of(200'000, 20'000));
    const clock::wall_time now = system_clock()->now();
    memory_store in_memory;
    told("commit, memory", commit_all(in_memory, how_much.of(500'000, 50'000), 1, now) / 1000, "us");
    const folder place;
    sqlite_store file{place.file(), seal()};
    told("commit, SQLite, one at a time", commit_all(file, how_much.of(2'000, 300), 1, now) / 1000, "us");
    const folder other_place;
    sqlite_store other{other_place.file(), seal()};
    told("commit, SQLite, 256 at a time", commit_all(other, how_much.of(50'000, 10'000), 256, now) / 1000, "us");
}

void restart(const scale& how_much) {
    const std::size_t tokens = how_much.of(1'000'000, 50'000);
    heading("Restart: " + std::to_string(tokens) + " tokens in an SQLite file");
    const folder place;
    const token_seal with = seal();
    {
        sqlite_store file{place.file(), with};
        const double each = commit_all(file, tokens, 1024, system_clock()->now());
        told("filling it, a commit, 1024 at a time", each / 1000, "us");
    }
    told("the file", static_cast<double>(std::filesystem::file_size(place.file())) / 1e6, "MB");

    boost::asio::io_context context{1};
    granting_provider provider;
    const double began = passing_time();
    const auto file = std::make_shared<sqlite_store>(place.file(), with);
    token_cache cache{context.get_executor(), file, {}};
    cache.serve(client_of(provider));
    const token_ptr first = run(context, cache.get(token_key{"hike", account(tokens / 2)}));
    at_most("from opening the file to the first get", 50, (passing_time() - began) / 1e6, "ms");
    exactly("refreshes meanwhile", 0, provider.requests);
    const double began_loading = passing_time();
    const auto load = [](token_cache& of) -> awaitable<std::size_t> { co_return co_await of.load_all(); };
    const std::size_t loaded = run(context, load(cache));
    exactly("tokens that load_all took up, beside that one", tokens - 1, loaded);
    told("load_all", (passing_time() - began_loading) / 1e9, "s");
    spread(how_much.of(200'000, 20'000));
}

}  // namespace coauth::bench
