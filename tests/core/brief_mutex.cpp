#include "core/brief_mutex.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

TEST_CASE("a brief mutex lets one thread in at a time") {
    coauth::brief_mutex mutex;
    int entered = 0;
    std::vector<std::thread> threads;
    for (int each = 0; each < 4; ++each) {
        threads.emplace_back([&] {
            for (int round = 0; round < 10'000; ++round) {
                const std::scoped_lock lock{mutex};
                ++entered;
            }
        });
    }
    for (std::thread& each : threads) {
        each.join();
    }
    CHECK(entered == 40'000);
}

TEST_CASE("who finds a brief mutex taken for long sleeps until it is free") {
    coauth::brief_mutex mutex;
    std::atomic<bool> begun{false};
    bool freed = false;
    bool seen = false;
    mutex.lock();
    std::thread other([&] {
        begun = true;
        const std::scoped_lock lock{mutex};
        seen = freed;
    });
    while (!begun) {
        std::this_thread::yield();
    }
    for (int each = 0; each < 1'000; ++each) {
        std::this_thread::yield();  // longer than anybody looks
    }
    freed = true;
    mutex.unlock();
    other.join();
    CHECK(seen);
}

TEST_CASE("who only tries a brief mutex gets it if it is free, and is told at once that it is taken") {
    coauth::brief_mutex mutex;
    bool got = false;
    const auto on_another_thread = [&] {
        std::thread{[&] { got = std::unique_lock{mutex, std::try_to_lock}.owns_lock(); }}.join();
    };
    on_another_thread();
    CHECK(got);
    const std::scoped_lock held{mutex};
    on_another_thread();
    CHECK_FALSE(got);
}
