#pragma once

#include <coauth/core/clock.hpp>
#include <coauth/http/awaitable.hpp>

#include <memory>

namespace vk_token_api {

/// Waits for a time of a `coauth::clock`, one that a test turns too, or until it is rung. One waits at a time.
///
/// Threads: those of the executor, which is a strand's or a single thread's.
class alarm {
public:
    alarm(coauth::executor where, std::shared_ptr<const coauth::clock> clock);
    ~alarm();

    alarm(const alarm&) = delete;
    alarm& operator=(const alarm&) = delete;

    /// Returns when the clock shows `until`, or after `ring`; or earlier, so look at the clock again.
    [[nodiscard]] coauth::awaitable<void> wait(coauth::clock::wall_time until);

    /// Ends the wait, or the next one if nobody waits.
    void ring();

private:
    struct state;
    std::shared_ptr<state> state_;
    std::shared_ptr<void> listening_;
};

}  // namespace vk_token_api
