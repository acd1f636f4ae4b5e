#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace coauth {

/// Where the library reads the time: expiry from the wall clock, deadlines from the steady clock.
///
/// Threads: both functions may be called from any thread at once.
class clock {
public:
    using wall_time = std::chrono::system_clock::time_point;    ///< A date; may be set back and forth.
    using steady_time = std::chrono::steady_clock::time_point;  ///< Only ever goes on; means nothing elsewhere.

    virtual ~clock() = default;

    [[nodiscard]] virtual wall_time now() const noexcept = 0;           ///< The date.
    [[nodiscard]] virtual steady_time steady_now() const noexcept = 0;  ///< For what lasts.

    /// Has `turned` called after each jump of a clock that does not run by itself, on the thread that turned it, until
    /// what is returned dies; a call that has begun may still be going on then. Null: this clock runs as the machine's
    /// does, and a timer of the machine tells when it will show what.
    [[nodiscard]] virtual std::shared_ptr<void> on_jump(std::function<void()> turned) const;
};

/// The machine's clock: what is used wherever an option holds no clock.
[[nodiscard]] const std::shared_ptr<const clock>& system_clock();

}  // namespace coauth
