#include "core/option_checks.hpp"
#include "login/broker_core.hpp"
#include "login/login_failure.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace coauth::login {

namespace asio = boost::asio;

namespace {

/// No sum of times overflows.
std::chrono::milliseconds bounded(std::chrono::milliseconds limit) {
    return std::clamp(limit, std::chrono::milliseconds::zero(), longest_duration);
}

std::exception_ptr thrown_for(failure why) {
    return std::make_exception_ptr(error{std::move(why)});
}

}  // namespace

failure overdue(const attempt& which) {
    return login_failure(errc::timeout, "login", which.who.profile().name(), "it goes on; wait for it again");
}

// No coroutine of ours: whoever waits has one frame more of Asio's, and its waiter. They are many.
awaitable<login_session_ptr> broker_core::wait(std::shared_ptr<broker_core> self, std::shared_ptr<outcome> what,
                                               attempt* whose_end, std::chrono::milliseconds limit) {
    // By value: the caller may be resumed, and its frame gone with all that it holds, before it is parked whole.
    const auto begin = [](auto handler, std::shared_ptr<broker_core> core, std::shared_ptr<outcome> awaited,
                          attempt* whose, std::chrono::milliseconds within) {
        const executor home = asio::get_associated_executor(handler);
        const clock::steady_time until = core->clock_->steady_now() + bounded(within);
        const clock::steady_time first = whose ? std::min(until, whose->due) : until;
        waiter::parked_caller::completion done{std::move(handler)};
        const auto who =
            std::make_shared<waiter>(std::move(awaited), whose, until, home, std::move(done), core->where_);
        who->caller.on_cancellation([weak_core = std::weak_ptr{core}, late = std::weak_ptr{who}] {
            const auto waits_at = weak_core.lock();
            const auto waits = late.lock();
            if (waits_at && waits) {
                waits_at->leave(waits);
                waits->caller.fail(errc::cancelled);
            }
        });
        core->park(who, first);
    };
    using signature = void(std::exception_ptr, login_session_ptr);
    return asio::async_initiate<const asio::use_awaitable_t<>, signature>(begin, asio::use_awaitable, std::move(self),
                                                                          std::move(what), whose_end, limit);
}

awaitable<login_session_ptr> broker_core::completed(std::shared_ptr<broker_core> self, attempt_ptr which,
                                                    std::chrono::milliseconds limit) {
    attempt* const whose_end = which.get();
    std::shared_ptr<outcome> ended{std::move(which), &whose_end->ended};
    return wait(std::move(self), std::move(ended), whose_end, limit);
}

void broker_core::park(const waiter_ptr& who, clock::steady_time until) {
    std::optional<login_result> ready;
    {
        // Both at once: whoever takes it out of one takes it out of the other too.
        const std::scoped_lock lock{waiting_mutex_};
        ready = who->what->wait(who);
        if (!ready) {
            waiting_.set(*who, until);
        }
    }
    if (ready) {
        tell(who, *ready);
    } else {
        note(until);
    }
}

void broker_core::leave(const waiter_ptr& who) {
    {
        const std::scoped_lock lock{waiting_mutex_};
        waiting_.remove(*who);
    }
    who->what->leave(who);
}

void broker_core::tell(const waiter_ptr& who, const login_result& how) {
    leave(who);
    if (const auto* why = std::get_if<std::shared_ptr<const failure>>(&how)) {
        who->caller.resume(thrown_for(**why), {});
    } else {
        who->caller.resume({}, std::get<login_session_ptr>(how));
    }
}

void broker_core::overrun(const waiter_ptr& who, clock::steady_time now) {
    if (who->whose_end != nullptr && who->whose_end->due <= now) {
        end(who->which(), expired(*who->whose_end),
            count_.expired);  // which tells it, unless the callback came in time
    }
    leave(who);
    if (who->deadline > now) {
        park(who, who->deadline);
    } else {
        who->caller.resume(who->whose_end != nullptr ? thrown_for(overdue(*who->whose_end)) : nullptr, {});
    }
}

awaitable<std::size_t> broker_core::close(std::shared_ptr<broker_core> self, std::chrono::milliseconds grace) {
    self->closed_ = true;
    self->check_still();
    co_await wait(self, self->still_, nullptr, grace);
    const std::size_t left = self->attempts_->under_way();
    self->close_now();
    self->break_off();
    co_await wait(self, self->finished_, nullptr, std::chrono::milliseconds::max());
    co_return left;
}

}  // namespace coauth::login
