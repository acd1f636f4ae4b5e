#include "login/broker_core.hpp"
#include "login/login_failure.hpp"

#include <coauth/cache/token_cache.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace coauth::login {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// Longer than the completion itself, which ends by its own limits and the cache's.
constexpr std::chrono::seconds beyond_completion{60};

unsigned status_of(const failure& why) noexcept {
    if (why.code == errc::access_denied || why.code == errc::invalid_grant) {
        return 403;
    }
    if (why.http_status == 429 || why.http_status == 503 || why.code == errc::temporarily_unavailable ||
        why.code == errc::rate_limited || why.code == errc::shut_down || why.code == errc::too_many_waiting) {
        return 503;
    }
    switch (class_of(why.code)) {
        case failure_class::callback:
        case failure_class::login:
        case failure_class::cancelled:
            return 400;
        case failure_class::timeout:
            return 504;
        default:
            return 502;
    }
}

/// Nothing of the provider's words: whoever can make a browser open a link could choose them.
std::string text_of(unsigned status, const std::string& provider) {
    const std::string who = provider.empty() ? "The provider" : provider;
    const std::string there = provider.empty() ? "" : " at " + provider;
    switch (status) {
        case 400:
            return "This login cannot be finished here: it has ended already, or was begun in another browser. Please "
                   "log in again.";
        case 403:
            return who + " did not log you in: access was denied. You can log in again.";
        case 503:
            return "Logging in" + there + " is not possible at the moment. Please try again in a minute.";
        case 504:
            return who + " did not answer in time. Please log in again.";
        default:
            return who + " could not finish the login. Please log in again.";
    }
}

login_answer refusal(const failure& why, const std::string& provider) {
    login_answer made;
    made.status = status_of(why);
    made.text = text_of(made.status, provider);
    made.why = why;
    return made;
}

failure failure_of(const std::exception_ptr& thrown, const std::string& provider) {
    failure why;
    try {
        std::rethrow_exception(thrown);
    } catch (const error& told) {
        why = told.details();
    } catch (const std::exception& other) {
        why.code = errc::server_error;
        why.detail = "finishing the login failed: " + printable(other.what());
    } catch (...) {
        why.code = errc::server_error;
        why.detail = "finishing the login failed";
    }
    why.provider = why.provider.empty() ? provider : why.provider;
    return why;
}

/// Gives the token to the cache. That the store fails is the cache's to mend: the token is held all the same.
awaitable<void> keep(token_cache& in, token_key key, token fresh) {
    try {
        co_await in.put(std::move(key), std::move(fresh));
    } catch (const error& failed) {
        if (class_of(failed.reason()) != failure_class::store) {
            throw;
        }
    }
}

}  // namespace

client broker_core::until(clock::steady_time deadline, const client& who) const {
    return who.with_timeout(std::chrono::ceil<std::chrono::milliseconds>(deadline - clock_->steady_now()));
}

std::shared_ptr<login_session> broker_core::session_of(const attempt& which, std::optional<identity> who) const {
    std::string account = who ? who->subject : which.more().account;
    if (account.empty()) {
        account = random_text(*options_.random, 16);
    }
    const auto made = std::make_shared<login_session>(
        token_key{which.who.profile().name(), which.who.client_id(), std::move(account)});
    made->who = std::move(who);
    made->return_to = which.more().return_to;
    made->tag = which.more().tag;
    return made;
}

// What is awaited is named before: what an expression makes by the way would lie in the frame, and Asio has no frames
// of over 1 KiB ready.
awaitable<login_session_ptr> broker_core::log_in(std::shared_ptr<broker_core> self, attempt_ptr which,
                                                 clock::steady_time deadline, awaitable<token> exchanged) {
    token fresh = co_await std::move(exchanged);
    std::optional<identity> who;
    // Asked once more where that does no harm: the code is spent, and the user would have to log in again.
    for (int tries = which->who.profile().has("userinfo") ? 2 : 0; tries != 0 && !who; --tries) {
        awaitable<identity> asked = self->until(deadline, which->who).userinfo(fresh);
        try {
            who = co_await std::move(asked);
        } catch (const error& failed) {
            if (tries == 1 || !is_retryable(failed.details()) || failed.details().retry_after) {
                throw;
            }
        }
    }
    const std::shared_ptr<login_session> session = self->session_of(*which, std::move(who));
    if (token_cache* const cache = self->options_.cache) {
        awaitable<void> kept = keep(*cache, session->key, fresh);
        co_await std::move(kept);
        session->token = cache->peek(session->key);
    }
    if (!session->token) {
        session->token = std::make_shared<const token>(std::move(fresh));
    }
    co_return session;
}

void broker_core::finish(arrival&& with) {
    const completion_ptr made = completing_.add(with.which);
    asio::dispatch(made->where, [self = shared_from_this(), made, brought = std::move(with.brought)]() mutable {
        self->carry_out(made, std::move(brought));
    });
}

void broker_core::carry_out(const completion_ptr& which, grant brought) {
    if (shut_) {  // before anybody could break it off
        finished(which, std::make_exception_ptr(error{shutting_down()}), nullptr);
        return;
    }
    const attempt_ptr& whose = which->which;
    const clock::steady_time deadline = clock_->steady_now() + options_.completion_timeout;
    awaitable<token> exchanged = until(deadline, whose->who).exchange(std::move(brought));
    // It keeps the signal for as long as Asio may look at the slot.
    auto done = [self = shared_from_this(), which](const std::exception_ptr& thrown, login_session_ptr made) {
        self->finished(which, thrown, std::move(made));
    };
    asio::co_spawn(which->where, log_in(shared_from_this(), whose, deadline, std::move(exchanged)),
                   asio::bind_cancellation_slot(which->give_up.slot(), std::move(done)));
}

void broker_core::finished(const completion_ptr& which, const std::exception_ptr& thrown, login_session_ptr made) {
    completing_.remove(which);
    const attempt_ptr& whose = which->which;
    if (thrown) {
        fail(whose, failure_of(thrown, whose->who.profile().name()));
    } else {
        ++count_.completed;
        settle(whose, std::move(made));
    }
    check_finished();
}

void broker_core::fail(const attempt_ptr& which, failure why) {
    ++(why.code == errc::access_denied ? count_.denied : count_.failed);
    settle(which, failed(std::move(why)));
}

login_answer broker_core::answer(const attempt& which) const {
    const std::optional<login_result> ended = which.ended.peek();
    const login_result how = ended ? *ended : failed(overdue(which));
    login_answer made;
    if (const auto* why = std::get_if<std::shared_ptr<const failure>>(&how)) {
        made = refusal(**why, which.who.profile().title());
    } else {
        made.session = std::get<login_session_ptr>(how);
        made.status = 303;
        made.location = which.more().return_to;
    }
    made.set_cookies.push_back(cookies_.clear(which.id()));
    return made;
}

std::optional<failure> broker_core::use(arrival&& with) {
    const attempt_ptr which = with.which;
    which->print = with.print;
    note(which->due);
    if (!attempts_->use(which)) {
        failure why = login_failure(errc::callback_login_unknown, "callback", which->who.profile().name(),
                                    "it has been completed");
        settle(which, failed(why));
        return why;
    }
    if (with.refusal) {
        fail(which, std::move(*with.refusal));
    } else {
        finish(std::move(with));
    }
    return std::nullopt;
}

broker_core::admission broker_core::admit(std::string_view callback, std::string_view cookies, std::string_view body) {
    if (shut_) {
        return {nullptr, refusal(login_failure(errc::shut_down, "callback", {}, "the login broker was closed"), {})};
    }
    auto received = receive(callback, cookies, body);
    std::optional<failure> why;
    admission made;
    if (received.has_error()) {
        why = received.error();
    } else {
        made.which = received->which;
        why = made.which->claim() ? use(std::move(*received)) : std::nullopt;
    }
    if (why) {
        ++count_.refused;
        made = {nullptr, refusal(*why, {})};
    }
    return made;
}

awaitable<login_answer> broker_core::complete(std::shared_ptr<broker_core> self, std::string callback,
                                              std::string cookies, std::string body) {
    admission admitted = self->admit(callback, cookies, body);
    wipe(callback);
    wipe(cookies);
    wipe(body);
    if (!admitted.which) {
        co_return std::move(admitted.refused);
    }
    const std::shared_ptr<outcome> ended{admitted.which, &admitted.which->ended};
    awaitable<login_session_ptr> settled =
        wait(self, ended, nullptr, self->options_.completion_timeout + beyond_completion);
    try {
        co_await std::move(settled);
    } catch (const error&) {
        if (!ended->peek()) {  // the caller's end, not the login's
            throw;
        }
    }
    co_return self->answer(*admitted.which);
}

}  // namespace coauth::login
