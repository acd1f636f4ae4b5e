#pragma once

#include <coauth/core/clock.hpp>
#include <coauth/http/awaitable.hpp>

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

namespace coauth::http {

/// One timer for many deadlines: rings when the earliest that was noted has come, and after each jump of the clock.
/// Threads: any, but for `start` and `end`.
class alarm : public std::enable_shared_from_this<alarm> {
public:
    alarm(const executor& where, std::shared_ptr<const clock> time);

    /// Once, before anything else. `ring` is called on a strand of the alarm's own; what is due later has to be noted
    /// again by it.
    void start(std::function<void()> ring);

    /// Rings at `when`, or before it.
    void note(clock::steady_time when);

    /// Rings soon, whatever was noted.
    void now();

    /// Lets the context run out of work; what is noted from now on counts again.
    void rest();

    /// The context ends: the timer and the executor are let go of.
    void end() noexcept;

private:
    void arm();
    void sound();

    const std::shared_ptr<const clock> clock_;
    std::optional<boost::asio::steady_timer> timer_;  ///< None once the context has ended.
    std::function<void()> ring_;
    std::atomic<clock::steady_time::rep> armed_;
    std::shared_ptr<void> jumps_;
};

}  // namespace coauth::http
