#include "game_backend/busy_meter.hpp"

#include <algorithm>
#include <ctime>

namespace game_backend {

namespace {

std::chrono::nanoseconds thread_cpu_time() noexcept {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

}  // namespace

busy_meter::handler::handler(busy_meter& meter, account whose) noexcept
    : meter_{meter}, whose_{whose}, inner_{meter.running_} {
    if (!inner_) {
        meter_.running_ = true;
        began_ = thread_cpu_time();
    }
}

busy_meter::handler::~handler() {
    if (!inner_) {
        meter_.running_ = false;
        meter_.charge(whose_, thread_cpu_time() - began_);
    }
}

void busy_meter::charge(account whose, std::chrono::nanoseconds cpu) {
    if (stopped_) {
        return;
    }
    usage& to = used_[static_cast<std::size_t>(whose)];
    ++to.handlers;
    to.total += cpu;
    to.longest = std::max(to.longest, cpu);
    if (whose == account::logins) {
        // Of a handler that was running when the tick fell due, no more counts than what can have come after that.
        const std::chrono::nanoseconds since_due = std::chrono::steady_clock::now() - due_;
        held_up_ += std::clamp(since_due, std::chrono::nanoseconds{0}, cpu);
    }
}

void busy_meter::tick_begins(steady_time now) {
    ticks_.push_back({now - due_, held_up_});
    held_up_ = {};
}

}  // namespace game_backend
