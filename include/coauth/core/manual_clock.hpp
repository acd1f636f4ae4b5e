#pragma once

#include <coauth/core/clock.hpp>

#include <atomic>

namespace coauth {

/// A clock that stands still until it is turned; for tests. Both its times move together.
///
/// Threads: any.
class manual_clock final : public clock {
public:
    /// Starts at `start`.
    explicit manual_clock(wall_time start = wall_time{std::chrono::seconds{1'790'000'000}}) noexcept;

    /// Turns the clock forward. Deadlines that have passed are noticed within the library's sweep, 50 ms at most.
    void advance(std::chrono::nanoseconds by) noexcept;

    [[nodiscard]] wall_time now() const noexcept override;
    [[nodiscard]] steady_time steady_now() const noexcept override;

private:
    wall_time start_;
    std::atomic<std::chrono::nanoseconds::rep> turned_{0};
};

}  // namespace coauth
