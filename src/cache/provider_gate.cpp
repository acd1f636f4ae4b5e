#include "cache/provider_gate.hpp"

#include "cache/flight.hpp"

#include <algorithm>
#include <utility>

namespace coauth::cache {

using std::chrono::seconds;

provider_gate::passage provider_gate::enter(const flight_ptr& who, bool awaited, clock::steady_time now) {
    const std::scoped_lock lock{mutex_};
    if (open_) {
        if (probe_ || now < open_until_) {
            return passage::closed;
        }
        probe_ = who;
        ++under_way_;
        return passage::free;
    }
    if (under_way_ < limits_.at_once) {
        ++under_way_;
        return passage::free;
    }
    who->in_queue = true;
    ++queued_;
    (awaited ? awaited_ : others_).push_back(who);
    return passage::queued;
}

bool provider_gate::try_enter() {
    const std::unique_lock lock{mutex_, std::try_to_lock};
    if (!lock.owns_lock() || open_ || under_way_ >= limits_.at_once) {
        return false;
    }
    ++under_way_;
    return true;
}

failure provider_gate::refusal(clock::steady_time now) const {
    failure why;
    why.code = errc::circuit_open;
    why.step = "refresh";
    why.provider = provider_;
    const std::scoped_lock lock{mutex_};
    why.retry_after = std::max(seconds{1}, std::chrono::ceil<seconds>(open_until_ - now));
    return why;
}

provider_gate::turn provider_gate::leave(const flight_ptr& who, outcome how, std::optional<seconds> retry_after,
                                         clock::steady_time now) {
    turn next;
    const std::scoped_lock lock{mutex_};
    --under_way_;
    const bool probed = who == probe_;
    if (probed) {
        probe_.reset();
    }
    if (how == outcome::answered) {
        failed_in_a_row_ = 0;
        open_ = false;
    } else if (how == outcome::failed && limits_.failures != 0) {
        ++failed_in_a_row_;
        if (probed || (!open_ && failed_in_a_row_ >= limits_.failures)) {
            open_ = true;
            const std::chrono::milliseconds asked = std::min(retry_after.value_or(seconds{0}), seconds{86'400});
            open_until_ = now + std::max(limits_.pause, asked);
        }
    }
    if (open_) {
        next.closed = take_queue();
    }
    while (under_way_ < limits_.at_once && queued_ > 0) {
        next.free.push_back(take_first());
        ++under_way_;
    }
    return next;
}

void provider_gate::forget() {
    flight_ptr probe;
    const auto waiting = dismiss();
    const std::scoped_lock lock{mutex_};
    probe.swap(probe_);
}

std::vector<provider_gate::flight_ptr> provider_gate::dismiss() {
    const std::scoped_lock lock{mutex_};
    return take_queue();
}

std::vector<provider_gate::flight_ptr> provider_gate::take_queue() {
    std::vector<flight_ptr> all;
    while (queued_ > 0) {
        all.push_back(take_first());
    }
    return all;
}

provider_gate::flight_ptr provider_gate::take_first() {
    for (;;) {
        std::deque<flight_ptr>& queue = awaited_.empty() ? others_ : awaited_;
        flight_ptr first = std::move(queue.front());
        queue.pop_front();
        if (!std::exchange(first->in_queue, false)) {
            continue;  // it was promoted, and has had its turn
        }
        if (--queued_ == 0) {
            awaited_.clear();
            others_.clear();
        }
        return first;
    }
}

void provider_gate::promote(const flight_ptr& who) {
    const std::scoped_lock lock{mutex_};
    if (who->in_queue) {
        awaited_.push_back(who);
    }
}

std::size_t provider_gate::under_way() const {
    const std::scoped_lock lock{mutex_};
    return under_way_;
}

std::size_t provider_gate::queued() const {
    const std::scoped_lock lock{mutex_};
    return queued_;
}

}  // namespace coauth::cache
