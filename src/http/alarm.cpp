#include "http/alarm.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace coauth::http {

namespace {

constexpr auto never = clock::steady_time::max().time_since_epoch().count();

/// A timer's longest wait: far below what its arithmetic can hold.
constexpr std::chrono::hours longest_wait{24};

}  // namespace

alarm::alarm(const executor& where, std::shared_ptr<const clock> time)
    : clock_{std::move(time)}, timer_{std::in_place, executor{boost::asio::make_strand(where)}}, armed_{never} {}

void alarm::start(std::function<void()> ring) {
    ring_ = std::move(ring);
    jumps_ = clock_->on_jump([weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->now();
        }
    });
}

void alarm::now() {
    if (!timer_) {
        return;
    }
    boost::asio::post(timer_->get_executor(), [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->sound();
        }
    });
}

void alarm::note(clock::steady_time when) {
    auto armed = armed_.load();
    while (timer_ && when.time_since_epoch().count() < armed) {
        if (armed_.compare_exchange_weak(armed, when.time_since_epoch().count())) {
            boost::asio::post(timer_->get_executor(), [weak = weak_from_this()] {
                if (const auto self = weak.lock()) {
                    self->arm();
                }
            });
            return;
        }
    }
}

void alarm::arm() {
    const clock::steady_time when{clock::steady_time::duration{armed_.load()}};
    const clock::steady_time at = clock_->steady_now();
    if (when <= at) {
        sound();
    } else if (!jumps_ && when != clock::steady_time::max()) {
        timer_->expires_after(std::min<clock::steady_time::duration>(when - at, longest_wait));
        timer_->async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
            if (const auto self = weak.lock(); self && !cancelled) {
                self->sound();
            }
        });
    }
}

void alarm::sound() {
    armed_ = never;
    ring_();
}

void alarm::rest() {
    if (!timer_) {
        return;
    }
    boost::asio::post(timer_->get_executor(), [self = shared_from_this()] {
        self->armed_ = never;
        self->timer_->cancel();
    });
}

void alarm::end() noexcept {
    jumps_.reset();
    timer_.reset();
}

}  // namespace coauth::http
