// Several processes on one file.
#include "tests/sqlite/scratch.hpp"

#include <coauth/core/manual_clock.hpp>

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace coauth::test;
using namespace std::chrono_literals;
using coauth::sqlite_store;
using coauth::token_key;

namespace {

const token_key ann{"hitkey", "web", "ann"};
constexpr int processes = 4;
constexpr int steps = 25;

coauth::awaitable<void> count_up(coauth::token_store& store) {
    for (int left = steps; left > 0;) {
        const std::optional<coauth::stored_token> found = co_await store.load(ann);
        const int count = found ? std::stoi(access_of(found)) : 0;
        coauth::token_record next = record_of(std::to_string(count + 1));
        const std::uint64_t version = found ? found->version : 0;
        const std::optional<std::uint64_t> committed = co_await store.commit(ann, std::move(next), version);
        left -= committed ? 1 : 0;
    }
}

/// Runs `act` in so many processes that begin together; how many of them ended well.
template <class Act>
int in_processes(const Act& act) {
    int gate[2];
    REQUIRE(::pipe(gate) == 0);
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) {
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            ::close(gate[1]);
            char none = 0;
            [[maybe_unused]] const ssize_t opened = ::read(gate[0], &none, 1);
            try {
                act(i);
                ::_exit(0);
            } catch (const std::exception& thrown) {
                std::fprintf(stderr, "process %d: %s\n", i, thrown.what());
                ::_exit(1);
            }
        }
        children.push_back(child);
    }
    ::close(gate[0]);
    ::close(gate[1]);
    int well = 0;
    for (const pid_t child : children) {
        int status = 1;
        ::waitpid(child, &status, 0);
        well += status == 0 ? 1 : 0;
    }
    return well;
}

}  // namespace

TEST_CASE("processes that create one file at once and count up one record lose no step") {
    const scratch folder;
    const std::string path = folder / "tokens.db";
    const auto act = [&](int) {
        sqlite_store store{path, sealed(), {.busy_timeout = 1min}};
        run(count_up(store));
    };
    CHECK(in_processes(act) == processes);
    sqlite_store store{path, sealed()};
    CHECK(access_of(run(store.load(ann))) == std::to_string(processes * steps));
}

TEST_CASE("of several processes one gets the lease") {
    const scratch folder;
    const std::string path = folder / "tokens.db";
    { const sqlite_store store(path, sealed()); }
    const auto act = [&](int number) {
        sqlite_store store{path, sealed(), {.busy_timeout = 1min}};
        if (!run(store.try_lease(ann, "process " + std::to_string(number), 30min))) {
            throw std::runtime_error("another has it");
        }
    };
    CHECK(in_processes(act) == 1);
}

TEST_CASE("what a process committed before it was killed is there, and its lease runs out") {
    const scratch folder;
    const std::string path = folder / "tokens.db";
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        auto* const store = new sqlite_store{path, sealed()};  // never closed
        const bool done = run(store->try_lease({"hitkey", "web", "bob"}, "child", 10s)) &&
                          run(store->commit(ann, record_of("at"), 0)).has_value();
        if (done) {
            ::raise(SIGKILL);
        }
        ::_exit(1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    sqlite_store store{path, sealed()};
    CHECK(access_of(run(store.load(ann))) == "at");
    CHECK_FALSE(run(store.try_lease({"hitkey", "web", "bob"}, "parent", 10s)));
    const auto later = std::make_shared<coauth::manual_clock>(std::chrono::system_clock::now() + 11s);
    sqlite_store store_later{path, sealed(), {.clock = later}};
    CHECK(run(store_later.try_lease({"hitkey", "web", "bob"}, "parent", 10s)));
}
