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

struct attempt;
class outcome;

/// A caller who waits for an outcome until a deadline. One block of memory for each: they are many.
struct waiter final : cache::due_node, std::enable_shared_from_this<waiter> {
    using parked_caller = cache::bystander<login_session_ptr>;

    waiter(std::shared_ptr<outcome> awaited, attempt* whose, clock::steady_time until, const executor& home,
           parked_caller::completion handler, const executor& work)
        : due_node{kind::waiter},
          what{std::move(awaited)},
          whose_end{whose},
          deadline{until},
          caller{home, std::move(handler), work} {}

    const std::shared_ptr<outcome> what;
    attempt* const whose_end;  ///< Whose outcome that is, if its end is the caller's too; else null.
    const clock::steady_time deadline;
    parked_caller caller;

    /// Of `whose_end`.
    [[nodiscard]] std::shared_ptr<attempt> which() const noexcept { return {what, whose_end}; }
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

    /// Whom to tell: everybody who waits. If it was settled before, that stays, and there is nobody.
    [[nodiscard]] std::vector<waiter_ptr> settle(const login_result& how) {
        const std::scoped_lock lock{mutex_};
        if (!settled_) {
            settled_ = how;
        }
        return std::exchange(waiting_, {});
    }

private:
    mutable std::mutex mutex_;
    std::optional<login_result> settled_;
    std::vector<waiter_ptr> waiting_;
};

}  // namespace coauth::login
