#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace game_backend {

/// To whom the CPU time of the game's strand is charged.
enum class account { game, logins };

/// Counts the CPU time that a strand spends, handler by handler, and by how much the logins held up each tick.
///
/// A tick is held up by what runs on its strand when it is due: whatever the logins spend there between that moment and
/// the tick's beginning. The time is the thread's CPU time, so what other threads and processes do is not in it.
///
/// Threads: it is used on its strand alone.
class busy_meter {
public:
    using steady_time = std::chrono::steady_clock::time_point;

    struct usage {
        std::uint64_t handlers = 0;
        std::chrono::nanoseconds total{};
        std::chrono::nanoseconds longest{};  ///< Of one handler.
    };

    struct tick {
        std::chrono::nanoseconds late{};     ///< From when it was due to its beginning, whoever the reason was.
        std::chrono::nanoseconds held_up{};  ///< The logins' CPU time in between.
    };

    /// Measures from its beginning to its end; one within another belongs to the outer one.
    class handler {
    public:
        handler(busy_meter& meter, account whose) noexcept;
        ~handler();

        handler(const handler&) = delete;
        handler& operator=(const handler&) = delete;

    private:
        busy_meter& meter_;
        const account whose_;
        const bool inner_;
        std::chrono::nanoseconds began_{};
    };

    /// The next tick is due then.
    void expect_tick(steady_time due) noexcept { due_ = due; }

    /// It begins.
    void tick_begins(steady_time now);

    /// The game is over: what comes now is not counted.
    void stop() noexcept { stopped_ = true; }

    [[nodiscard]] const usage& used_by(account whose) const noexcept { return used_[static_cast<std::size_t>(whose)]; }
    [[nodiscard]] const std::vector<tick>& ticks() const noexcept { return ticks_; }

private:
    void charge(account whose, std::chrono::nanoseconds cpu);

    std::array<usage, 2> used_{};
    std::vector<tick> ticks_;
    steady_time due_ = steady_time::max();
    std::chrono::nanoseconds held_up_{};
    bool running_ = false;
    bool stopped_ = false;
};

}  // namespace game_backend
