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
    void begin(phase now) noexcept { begin(now, time_->steady_now()); }

    /// A request is about to be sent.
    void begin_exchange(clock::steady_time at) noexcept {
        first_byte_.store({}, std::memory_order_relaxed);
        begin(phase::answering, at);
    }

    /// Goes on to `now` within the time of the phase before.
    void go_on(phase now) noexcept { phase_.store(now, std::memory_order_release); }

    /// The first byte of an answer came.
    void answer_began() noexcept {
        const clock::steady_time at = time_->steady_now();
        first_byte_.store(elapsed(at), std::memory_order_relaxed);
        begin(phase::receiving, at);
    }

    [[nodiscard]] phase now() const noexcept { return phase_.load(std::memory_order_acquire); }
    [[nodiscard]] std::chrono::nanoseconds elapsed(clock::steady_time at) const noexcept {
        return at.time_since_epoch() - since_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::chrono::nanoseconds elapsed() const noexcept { return elapsed(time_->steady_now()); }

    /// From the start of sending to the answer's first byte; zero where none came.
    [[nodiscard]] std::chrono::nanoseconds first_byte() const noexcept {
        return first_byte_.load(std::memory_order_relaxed);
    }

private:
    /// The sweep may see a new time with an old phase, but never the reverse.
    void begin(phase now, clock::steady_time at) noexcept {
        since_.store(at.time_since_epoch(), std::memory_order_relaxed);
        phase_.store(now, std::memory_order_release);
    }

    std::shared_ptr<const clock> time_;
    std::atomic<phase> phase_{phase::resolving};
    std::atomic<std::chrono::nanoseconds> since_{};
    std::atomic<std::chrono::nanoseconds> first_byte_{};
};

}  // namespace coauth::http
