#pragma once

#include <cstddef>
#include <string>

namespace coauth::bench {

/// How much work the figures are taken from.
struct scale {
    bool quick = false;

    [[nodiscard]] std::size_t of(std::size_t full, std::size_t little) const { return quick ? little : full; }
};

/// Prints a line of the table at once: the figures take minutes. A goal that is missed makes `missed` true.
void at_most(const std::string& what, double goal, double measured, const std::string& unit);
void at_least(const std::string& what, double goal, double measured, const std::string& unit);
void exactly(const std::string& what, std::size_t goal, std::size_t measured);
void told(const std::string& what, double measured, const std::string& unit);
void heading(const std::string& text);
[[nodiscard]] bool missed();

/// The CPU time of the calling thread, and of the whole process, in nanoseconds: what other programs take of the
/// machine does not show in it.
[[nodiscard]] double thread_time();
[[nodiscard]] double process_time();
/// The time that passes, in nanoseconds.
[[nodiscard]] double passing_time();

/// What the process has of the heap in use, and of memory in all, in bytes.
[[nodiscard]] double allocated();
[[nodiscard]] double resident();

}  // namespace coauth::bench
