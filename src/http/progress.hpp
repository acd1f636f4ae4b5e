#pragma once

#include "http/pool_policy.hpp"

#include <coauth/core/clock.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

namespace coauth::http {

/// What a connection is doing, and since when. Written on the connection's strand, read by the sweep.
class progress {
public:
    explicit progress(std::shared_ptr<const clock> time) : time_{std::move(time)} { begin(phase::resolving); }

    /// Begins `now` and its time.
    void begin(phase now) noexcept {
        // In this order, so that the sweep may see a new time with an old phase, but never the reverse.
        since_.store(time_->steady_now().time_since_epoch());
        phase_.store(now);
    }

    /// A request is about to be sent.
    void begin_exchange() noexcept {
        first_byte_.store({});
        begin(phase::answering);
    }

    /// Goes on to `now` within the time of the phase before.
    void go_on(phase now) noexcept { phase_.store(now); }

    /// The first byte of an answer came.
    void answer_began() noexcept {
        first_byte_.store(elapsed());
        begin(phase::receiving);
    }

    [[nodiscard]] phase now() const noexcept { return phase_.load(); }
    [[nodiscard]] std::chrono::nanoseconds elapsed(clock::steady_time at) const noexcept {
        return at.time_since_epoch() - since_.load();
    }
    [[nodiscard]] std::chrono::nanoseconds elapsed() const noexcept { return elapsed(time_->steady_now()); }

    /// From the start of sending to the answer's first byte; zero where none came.
    [[nodiscard]] std::chrono::nanoseconds first_byte() const noexcept { return first_byte_.load(); }

private:
    std::shared_ptr<const clock> time_;
    std::atomic<phase> phase_{phase::resolving};
    std::atomic<std::chrono::nanoseconds> since_{};
    std::atomic<std::chrono::nanoseconds> first_byte_{};
};

}  // namespace coauth::http
