#pragma once

#include <coauth/core/clock.hpp>

#include <atomic>
#include <memory>

namespace coauth {

/// A clock that stands still until it is turned; for tests. Both its times move together.
///
/// Threads: any.
class manual_clock final : public clock {
public:
    /// Starts at `start`.
    explicit manual_clock(wall_time start = wall_time{std::chrono::seconds{1'790'000'000}});

    /// Turns the clock forward, and tells those who asked for it (a `token_cache` notices at once). A `connection_pool`
    /// notices deadlines that have passed with its sweep, within 50 ms.
    void advance(std::chrono::nanoseconds by);

    [[nodiscard]] wall_time now() const noexcept override;           ///< The start, and what it was turned by.
    [[nodiscard]] steady_time steady_now() const noexcept override;  ///< As `now`, from a beginning of its own.
    [[nodiscard]] std::shared_ptr<void> on_jump(std::function<void()> turned) const override;

private:
    struct listeners;

    wall_time start_;
    std::atomic<std::chrono::nanoseconds::rep> turned_{0};
    std::shared_ptr<listeners> listeners_;
};

}  // namespace coauth
