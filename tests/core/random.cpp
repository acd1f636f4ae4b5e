#include <coauth/core/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <set>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using coauth::random_text;
using coauth::system_random;

TEST_CASE("no draw of the system's source is like another, in any thread, of any size") {
    std::mutex mutex;
    std::set<std::string> seen;
    std::size_t draws = 0;
    std::vector<std::thread> threads;
    for (int each = 0; each < 4; ++each) {
        threads.emplace_back([&] {
            std::vector<std::string> mine;
            for (int round = 0; round < 100; ++round) {
                for (const std::size_t size : {12U, 16U, 32U, 64U, 65U, 300U}) {
                    mine.push_back(random_text(*system_random(), size));
                }
            }
            const std::scoped_lock lock{mutex};
            draws += mine.size();
            seen.insert(mine.begin(), mine.end());
        });
    }
    for (std::thread& each : threads) {
        each.join();
    }
    CHECK(seen.size() == draws);
}

TEST_CASE("all bytes that are asked for are filled") {
    for (const std::size_t size : {1U, 7U, 63U, 64U, 65U, 191U, 192U, 193U}) {
        CAPTURE(size);
        std::vector<unsigned char> ever(size, 0);
        for (int round = 0; round < 100; ++round) {
            std::vector<unsigned char> drawn(size, 0);
            system_random()->fill(drawn);
            std::transform(
                ever.begin(), ever.end(), drawn.begin(), ever.begin(),
                [](unsigned char left, unsigned char right) { return static_cast<unsigned char>(left | right); });
        }
        CHECK(std::count(ever.begin(), ever.end(), 0) == 0);
    }
    system_random()->fill({});
}

TEST_CASE("a forked process draws bytes of its own") {
    (void)random_text(*system_random(), 12);  // the parent has some ready
    std::array<int, 2> pipe_ends{};
    REQUIRE(pipe(pipe_ends.data()) == 0);
    const pid_t child = fork();
    if (child == 0) {
        std::array<unsigned char, 32> drawn{};
        system_random()->fill(drawn);
        _exit(write(pipe_ends[1], drawn.data(), drawn.size()) == static_cast<ssize_t>(drawn.size()) ? 0 : 1);
    }
    REQUIRE(child > 0);
    std::array<unsigned char, 32> here{};
    system_random()->fill(here);
    std::array<unsigned char, 32> there{};
    REQUIRE(read(pipe_ends[0], there.data(), there.size()) == static_cast<ssize_t>(there.size()));
    CHECK(here != there);
    int how = 0;
    CHECK(waitpid(child, &how, 0) == child);
    CHECK(how == 0);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}
