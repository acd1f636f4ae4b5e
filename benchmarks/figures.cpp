#include "benchmarks/figures.hpp"

#include <cstdio>
#include <ctime>
#include <malloc.h>
#include <unistd.h>

namespace coauth::bench {
namespace {

bool any_missed = false;

double read_clock(clockid_t which) {
    timespec now{};
    clock_gettime(which, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

void line(const std::string& what, const std::string& goal, double measured, const std::string& unit,
          const char* verdict) {
    std::printf("%-72s %12s %12.5g %-14s %s\n", what.c_str(), goal.c_str(), measured, unit.c_str(), verdict);
    std::fflush(stdout);
}

void judged(const std::string& what, const char* sign, double goal, double measured, const std::string& unit, bool ok) {
    char text[40];
    std::snprintf(text, sizeof text, "%s %.5g", sign, goal);
    any_missed = any_missed || !ok;
    line(what, text, measured, unit, ok ? "ok" : "MISS");
}

}  // namespace

void at_most(const std::string& what, double goal, double measured, const std::string& unit) {
    judged(what, "<=", goal, measured, unit, measured <= goal);
}

void at_least(const std::string& what, double goal, double measured, const std::string& unit) {
    judged(what, ">=", goal, measured, unit, measured >= goal);
}

void exactly(const std::string& what, std::size_t goal, std::size_t measured) {
    judged(what, "=", static_cast<double>(goal), static_cast<double>(measured), "", measured == goal);
}

void told(const std::string& what, double measured, const std::string& unit) {
    line(what, "", measured, unit, "");
}

void heading(const std::string& text) {
    std::printf("\n%s\n%-72s %12s %12s\n", text.c_str(), "", "goal", "measured");
}

bool missed() {
    return any_missed;
}

double thread_time() {
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

double process_time() {
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

double passing_time() {
    return read_clock(CLOCK_MONOTONIC);
}

double allocated() {
    const struct mallinfo2 now = mallinfo2();
    return static_cast<double>(now.uordblks + now.hblkhd);
}

double resident() {
    long pages = 0;
    long total = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%ld %ld", &total, &pages) != 2) {
            pages = 0;
        }
        std::fclose(file);
    }
    return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace coauth::bench
