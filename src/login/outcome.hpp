#pragma once

#include "cache/bystander.hpp"
#include "cache/due_heap.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/core/error.hpp>
#include <coauth/login/login_session.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace coauth::login {

/// How a login ended. Small, for each that is under way has room for one, and whoever waits for it has more.
using login_result = std::variant<login_session_ptr, std::shared_ptr<const failure>>;

[[nodiscard]] inline login_result failed(failure why) {
    return std::make_shared<const failure>(std::move(why));
}

/// A caller who waits for an outcome until a deadline.
struct waiter final : cache::due_node {
    explicit waiter(clock::steady_time until) noexcept : due_node{kind::waiter}, deadline(until) {}

    const clock::steady_time deadline;
    using parked_caller = std::shared_ptr<cache::bystander<std::optional<login_result>>>;

    /// Null until it is parked. It gets nothing when its deadline has passed.
    parked_caller caller;
};
using waiter_ptr = std::shared_ptr<waiter>;

/// What several callers wait for, settled once. Threads: any.
class outcome {
public:
    /// The result, if it is there; else `who` waits for it.
    [[nodiscard]] std::optional<login_result> wait(const waiter_ptr& who) {
        const std::scoped_lock lock{mutex_};
        if (!settled_) {
            waiting_.push_back(who);
        }
        return settled_;
    }

    [[nodiscard]] std::optional<login_result> peek() const {
        const std::scoped_lock lock{mutex_};
        return settled_;
    }

    void leave(const waiter_ptr& who) {
        const std::scoped_lock lock{mutex_};
        std::erase(waiting_, who);
    }

    /// Tells everybody who waits. False if it was settled before, which stays.
    bool settle(const login_result& how) {
        std::vector<waiter_ptr> told;
        {
            const std::scoped_lock lock{mutex_};
            if (settled_) {
                return false;
            }
            settled_ = how;
            told.swap(waiting_);
        }
        for (const waiter_ptr& each : told) {
            each->caller->resume({}, how);
        }
        return true;
    }

    /// Takes those who wait out without resuming them. A caller's frame holds its waiter, and so the caller itself.
    void take_waiting(std::vector<waiter::parked_caller>& callers) {
        const std::scoped_lock lock{mutex_};
        for (const waiter_ptr& each : std::exchange(waiting_, {})) {
            callers.push_back(std::move(each->caller));
        }
    }

private:
    mutable std::mutex mutex_;
    std::optional<login_result> settled_;
    std::vector<waiter_ptr> waiting_;
};

}  // namespace coauth::login
