#pragma once

#include <chrono>
#include <memory>

namespace coauth {

/// Where the library reads the time: expiry from the wall clock, deadlines from the steady clock.
///
/// Threads: both functions may be called from any thread at once.
class clock {
public:
    using wall_time = std::chrono::system_clock::time_point;
    using steady_time = std::chrono::steady_clock::time_point;

    virtual ~clock() = default;

    [[nodiscard]] virtual wall_time now() const noexcept = 0;
    [[nodiscard]] virtual steady_time steady_now() const noexcept = 0;
};

/// The machine's clock: what is used wherever an option holds no clock.
[[nodiscard]] const std::shared_ptr<const clock>& system_clock();

}  // namespace coauth
