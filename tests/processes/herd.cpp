// Several processes need the same tokens at once.
#include "tests/processes/provider_world.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <sstream>
#include <vector>

using namespace coauth::test;
using namespace std::chrono_literals;
using coauth::awaitable;

namespace {

constexpr int accounts = 1'000;
constexpr int processes = 4;

/// Logs into each `step`th account from `first` on, and puts the token there as one that ended an hour ago.
awaitable<int> keep_expired_logins(provider_world& all, coauth::token_store& store, int first, int step) {
    int done = 0;
    for (int n = first; n < accounts; n += step) {
        coauth::token login = co_await all.log_in();
        login.issued_at = std::chrono::system_clock::now() - 2h;
        login.expires_at = *login.issued_at + 1h;
        coauth::token_record record{std::move(login)};
        const std::optional<std::uint64_t> version = co_await store.commit(ground::account(n), std::move(record), 0);
        done += version ? 1 : 0;
    }
    co_return done;
}

/// The same by many at once.
int keep_all_logins(provider_world& all) {
    constexpr int at_once = 32;
    const std::shared_ptr<coauth::token_store> store = all.here.open();
    int done = 0;
    int running = at_once;
    for (int first = 0; first < at_once; ++first) {
        boost::asio::co_spawn(all.context, keep_expired_logins(all, *store, first, at_once),
                              [&](std::exception_ptr thrown, int some) {
                                  done += thrown ? 0 : some;
                                  --running;
                              });
    }
    while (running > 0) {
        all.context.run_one();
    }
    return done;
}

/// Lets the workers go when all are ready, and reads what they tell. Returns how long that took.
awaitable<std::chrono::duration<double>> outcome(std::deque<child>& workers, pipe_pair& gate) {
    constexpr std::size_t ready = 6;  // the length of "ready\n"
    for (child& each : workers) {
        co_await each.read_until(ready);
    }
    const auto begin = std::chrono::steady_clock::now();
    gate.close_write_end();
    for (child& each : workers) {
        co_await each.read_all();
    }
    co_return std::chrono::steady_clock::now() - begin;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in{text};
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

/// The access tokens that the store has, by account.
awaitable<std::vector<std::string>> stored_tokens(provider_world& all) {
    const std::shared_ptr<coauth::token_store> store = all.here.open();
    std::vector<std::string> tokens;
    for (int n = 0; n < accounts; ++n) {
        const std::optional<coauth::stored_token> found = co_await store->load(ground::account(n));
        tokens.push_back(access_of(found));
    }
    co_return tokens;
}

}  // namespace

TEST_CASE("four processes that need the same thousand tokens refresh each once between them") {
    provider_world all;
    REQUIRE(keep_all_logins(all) == accounts);
    const std::vector<std::string> expired = all.run(stored_tokens(all));
    const std::uint64_t logins = all.token_requests();

    pipe_pair gate;
    std::deque<child> workers;
    for (int n = 0; n < processes; ++n) {
        std::vector<std::string> arguments = all.arguments("gather");
        arguments.push_back(std::to_string(accounts));
        workers.emplace_back(all.context.get_executor(), std::move(arguments), &gate);
    }
    const std::chrono::duration<double> time = all.run(outcome(workers, gate));

    CHECK(all.token_requests() - logins == accounts);
    const std::vector<std::string> fresh = all.run(stored_tokens(all));
    int renewed = 0;
    for (std::size_t n = 0; n < accounts; ++n) {
        renewed += fresh[n] != expired[n] ? 1 : 0;
    }
    CHECK(renewed == accounts);
    int refreshes = 0;
    std::ostringstream shares;
    for (child& each : workers) {
        CHECK(each.status() == 0);
        const std::vector<std::string> told = lines_of(each.told());
        REQUIRE(told.size() == accounts + 2);
        CHECK(std::equal(fresh.begin(), fresh.end(), told.begin() + 1, told.end() - 1));
        refreshes += std::stoi(told.back());
        shares << ' ' << told.back();
    }
    CHECK(refreshes == accounts);
    MESSAGE(processes << " processes, " << accounts << " expired tokens: " << time.count() << " s, "
                      << static_cast<int>(accounts / time.count()) << " refreshes a second, each process made"
                      << shares.str());
}
