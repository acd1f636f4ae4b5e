#include <coauth/core/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <fstream>
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

namespace {

/// Draws 32 bytes and writes them into a pipe.
bool draw_into(int pipe_end) {
    std::array<unsigned char, 32> drawn{};
    system_random()->fill(drawn);
    return write(pipe_end, drawn.data(), drawn.size()) == static_cast<ssize_t>(drawn.size());
}

/// Forks a process that gets this id, if the system lets us choose, and lets it draw.
void draw_as(pid_t id, int pipe_end) {
    std::ofstream{"/proc/sys/kernel/ns_last_pid"} << id - 1;
    if (const pid_t child = fork(); child == 0) {
        _exit(getpid() == id && draw_into(pipe_end) ? 0 : 1);
    } else {
        waitpid(child, nullptr, 0);
    }
}

}  // namespace

TEST_CASE("a process that gets the id of a dead forebear draws bytes of its own") {
    std::array<int, 2> drawn{};
    std::array<int, 2> gone{};
    REQUIRE(pipe(drawn.data()) == 0);
    REQUIRE(pipe(gone.data()) == 0);
    const pid_t forebear = fork();
    if (forebear == 0) {
        const pid_t id = getpid();
        (void)random_text(*system_random(), 12);  // some bytes are ready now, and its child has them too
        if (fork() != 0) {
            _exit(draw_into(drawn[1]) ? 0 : 1);
        }
        char told{};
        if (read(gone[0], &told, 1) == 1) {
            draw_as(id, drawn[1]);
        }
        _exit(0);
    }
    REQUIRE(forebear > 0);
    CHECK(waitpid(forebear, nullptr, 0) == forebear);
    CHECK(write(gone[1], "", 1) == 1);
    close(drawn[1]);
    std::array<unsigned char, 32> first{};
    std::array<unsigned char, 32> second{};
    CHECK(read(drawn[0], first.data(), first.size()) == static_cast<ssize_t>(first.size()));
    if (read(drawn[0], second.data(), second.size()) == static_cast<ssize_t>(second.size())) {
        CHECK(first != second);
    } else {
        MESSAGE("the system does not let this user choose a process's id");
    }
    for (const int each : {drawn[0], gone[0], gone[1]}) {
        close(each);
    }
}

TEST_CASE("a forked process draws bytes of its own") {
    (void)random_text(*system_random(), 12);  // the parent has some ready
    std::array<int, 2> pipe_ends{};
    REQUIRE(pipe(pipe_ends.data()) == 0);
    const pid_t child = fork();
    if (child == 0) {
        _exit(draw_into(pipe_ends[1]) ? 0 : 1);
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
