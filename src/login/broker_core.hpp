#pragma once

#include "core/brief_mutex.hpp"
#include "http/alarm.hpp"
#include "http/context_watch.hpp"
#include "login/attempts.hpp"
#include "login/completions.hpp"
#include "login/login_cookies.hpp"
#include "login/outcome.hpp"
#include "login/served_clients.hpp"
#include "provider/received_callback.hpp"

#include <coauth/login/login_broker.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace coauth::login {

[[nodiscard]] failure expired(const attempt& which);
[[nodiscard]] failure overdue(const attempt& which);
[[nodiscard]] failure shutting_down();

using login_backend = std::variant<kept_logins, sealed_logins>;

/// What begins logins, finds the one that a callback belongs to, and carries it to its end. Threads: any.
class broker_core : public http::context_bound, public std::enable_shared_from_this<broker_core> {
public:
    broker_core(executor where, login_backend how, login_options options);

    /// What needs `shared_from_this`; once, before anything else.
    void start();

    void serve(const client& with);
    [[nodiscard]] pending_login begin(const client& with, const begin_options& options);
    void abandon(const attempt_ptr& which);

    [[nodiscard]] std::chrono::milliseconds wait_timeout() const noexcept { return options_.wait_timeout; }

    static awaitable<login_answer> complete(std::shared_ptr<broker_core> self, std::string callback,
                                            std::string cookies, std::string body);
    static awaitable<login_session_ptr> completed(std::shared_ptr<broker_core> self, attempt_ptr which,
                                                  std::chrono::milliseconds limit);

    /// Begins nothing new; then as `login_broker::close`.
    static awaitable<std::size_t> close(std::shared_ptr<broker_core> self, std::chrono::milliseconds grace);
    void close_now() noexcept;

    void abandon() noexcept override;

    [[nodiscard]] login_statistics statistics() const;

private:
    /// A callback that belongs to a login, which is not used up yet.
    struct arrival {
        attempt_ptr which;
        std::size_t print = 0;  ///< Of the callback.
        grant brought;
        std::optional<failure> refusal;  ///< What it brought instead, for good.
    };
    [[nodiscard]] result<arrival> receive(std::string_view callback, std::string_view cookies, std::string_view body);
    [[nodiscard]] result<attempt_ptr> find(const provider::profile& owner, const provider::received_callback& received,
                                           std::string_view cookies, std::size_t print);
    [[nodiscard]] result<attempt_ptr> find_by_state(std::string_view state, std::string_view cookies);
    [[nodiscard]] result<attempt_ptr> find_by_cookie(const provider::profile& owner, std::string_view cookies,
                                                     std::size_t print);

    /// The cookies of a browser beyond what it may have, and those of logins that are over.
    [[nodiscard]] std::vector<std::string> surplus(std::string_view cookies);

    /// What a callback has come to: a login whose end is to be awaited, or, without one, an answer.
    struct admission {
        attempt_ptr which;
        login_answer refused;
    };
    [[nodiscard]] admission admit(std::string_view callback, std::string_view cookies, std::string_view body);

    /// Uses up a login that was claimed for its callback. Why not, if it was used before.
    [[nodiscard]] std::optional<failure> use(arrival&& with);
    void finish(arrival&& with);
    void carry_out(const completion_ptr& which, grant brought);
    void finished(const completion_ptr& which, const std::exception_ptr& thrown, login_session_ptr made);
    void fail(const attempt_ptr& which, failure why);
    static awaitable<login_session_ptr> log_in(std::shared_ptr<broker_core> self, attempt_ptr which,
                                               clock::steady_time deadline, awaitable<token> exchanged);
    /// The client with the time that is left.
    [[nodiscard]] client until(clock::steady_time deadline, const client& who) const;
    [[nodiscard]] std::shared_ptr<login_session> session_of(const attempt& which, std::optional<identity> who) const;

    /// Ends a login, unless it was used up already.
    void end(const attempt_ptr& which, failure why, std::atomic<std::uint64_t>& counted);
    void settle(const attempt_ptr& which, const login_result& how);
    [[nodiscard]] login_answer answer(const attempt& which) const;

    /// Throws what the login ended with. `whose_end`: at whose own end the waiting ends too, and for which a deadline
    /// that has passed is a failure, `what` being its outcome; without one it is none, and there is no session.
    static awaitable<login_session_ptr> wait(std::shared_ptr<broker_core> self, std::shared_ptr<outcome> what,
                                             attempt* whose_end, std::chrono::milliseconds limit);
    void park(const waiter_ptr& who, clock::steady_time until);
    void leave(const waiter_ptr& who);
    void tell(const waiter_ptr& who, const login_result& how);
    void overrun(const waiter_ptr& who, clock::steady_time now);
    void settle(outcome& what, const login_result& how);

    void ring();
    void note(clock::steady_time when);
    void check_still();
    void break_off();
    void check_finished();
    void tell_all(const login_result& how);

    executor where_;
    const login_options options_;
    const std::shared_ptr<const coauth::clock> clock_;
    const login_cookies cookies_;
    served_clients served_;
    std::unique_ptr<attempts> attempts_;
    const std::shared_ptr<http::alarm> alarm_;
    completions completing_;
    const std::shared_ptr<outcome> still_ = std::make_shared<outcome>();     ///< Settled when nothing is under way.
    const std::shared_ptr<outcome> finished_ = std::make_shared<outcome>();  ///< Shut, and nothing is completing.

    mutable brief_mutex waiting_mutex_;
    cache::due_heap waiting_;  ///< By its next deadline.

    std::atomic<bool> closed_{false};  ///< Nothing new is begun.
    std::atomic<bool> shut_{false};    ///< Callbacks are refused too.
    struct counters {
        std::atomic<std::uint64_t> begun{0}, completed{0}, denied{0}, failed{0}, expired{0}, displaced{0}, abandoned{0},
            refused{0};
    };
    mutable counters count_;
};

}  // namespace coauth::login
