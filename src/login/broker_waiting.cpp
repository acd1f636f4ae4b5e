#include "core/option_checks.hpp"
#include "login/broker_core.hpp"
#include "login/login_failure.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
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

/// Or throws. No coroutine: a failure is large, and a frame would have room for one all the time.
login_session_ptr session_of(const login_result& how) {
    if (const auto* why = std::get_if<std::shared_ptr<const failure>>(&how)) {
        throw error{**why};
    }
    return std::get<login_session_ptr>(how);
}

}  // namespace

failure overdue(const attempt& which) {
    return login_failure(errc::timeout, "login", which.who.profile().name(), "it goes on; wait for it again");
}

// Waiting.

/// A caller's place among those who wait, which it leaves however it goes.
class broker_core::parked {
public:
    parked(std::shared_ptr<broker_core> core, std::shared_ptr<outcome> what, clock::steady_time deadline)
        : core_{std::move(core)}, what_{std::move(what)}, who_{std::make_shared<waiter>(deadline)} {
        ++core_->count_.waiting;
    }
    ~parked() {
        {
            const std::scoped_lock lock{core_->waiting_mutex_};
            core_->waiting_.remove(*who_);
        }
        what_->leave(who_);
        --core_->count_.waiting;
    }

    parked(const parked&) = delete;
    parked& operator=(const parked&) = delete;

    [[nodiscard]] const waiter_ptr& who() const noexcept { return who_; }

private:
    std::shared_ptr<broker_core> core_;
    std::shared_ptr<outcome> what_;
    waiter_ptr who_;
};

void broker_core::park(const waiter_ptr& who, outcome& at) {
    std::optional<login_result> ready;
    {
        // Both at once: a deadline that has come already would else resume the caller before it waits for the outcome.
        const std::scoped_lock lock{waiting_mutex_};
        waiting_.set(*who, who->deadline);
        ready = at.wait(who);
    }
    if (ready) {
        who->caller->resume({}, *ready);
    } else {
        note(who->deadline);
    }
}

awaitable<std::optional<login_result>> broker_core::wait(std::shared_ptr<broker_core> self,
                                                         std::shared_ptr<outcome> what, clock::steady_time deadline) {
    if (auto ready = what->peek()) {
        co_return ready;
    }
    const executor home = co_await asio::this_coro::executor;
    const parked here{self, what, deadline};
    const auto begin = [](auto handler, std::shared_ptr<broker_core> core, std::shared_ptr<outcome> at, waiter_ptr who,
                          executor back) {
        who->caller = cache::bystander_of<std::optional<login_result>>(std::move(handler), back, core->where_);
        core->park(who, *at);
    };
    using signature = void(std::exception_ptr, std::optional<login_result>);
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, signature>(begin, asio::use_awaitable, self,
                                                                                      what, here.who(), home);
}

awaitable<login_session_ptr> broker_core::completed(std::shared_ptr<broker_core> self, attempt_ptr which,
                                                    std::chrono::milliseconds limit) {
    const std::shared_ptr<outcome> ended{which, &which->ended};
    const clock::steady_time until = self->clock_->steady_now() + bounded(limit);
    std::optional<login_result> how = co_await wait(self, ended, std::min(until, which->due));
    if (!how && which->due < until) {
        self->end(which, expired(*which), self->count_.expired);
        how = co_await wait(self, ended, until);  // claimed before: its callback came in time
    }
    co_return session_of(how ? *how : failed(overdue(*which)));
}

awaitable<std::size_t> broker_core::close(std::shared_ptr<broker_core> self, std::chrono::milliseconds grace) {
    self->closed_ = true;
    self->check_still();
    static_cast<void>(co_await wait(self, self->still_, self->clock_->steady_now() + bounded(grace)));
    const std::size_t left = self->attempts_->under_way();
    self->close_now();
    co_return left;
}

}  // namespace coauth::login
