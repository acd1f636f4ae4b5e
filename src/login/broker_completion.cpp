#include "login/broker_core.hpp"
#include "login/login_failure.hpp"

#include <coauth/cache/token_cache.hpp>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
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

/// A client whose operations together have so much time.
class time_limit {
public:
    time_limit(client who, std::shared_ptr<const clock> time, std::chrono::milliseconds limit)
        : who_{std::move(who)}, time_{std::move(time)}, deadline_{time_->steady_now() + limit} {}

    [[nodiscard]] client left() const {
        return who_.with_timeout(std::chrono::ceil<std::chrono::milliseconds>(deadline_ - time_->steady_now()));
    }

private:
    client who_;
    std::shared_ptr<const clock> time_;
    clock::steady_time deadline_;
};

/// Asked once more where that does no harm: the code is spent, and the user would have to log in again.
awaitable<identity> identify(time_limit within, token whose) {
    try {
        co_return co_await within.left().userinfo(whose);
    } catch (const error& first) {
        if (!is_retryable(first.details()) || first.details().retry_after) {
            throw;
        }
    }
    co_return co_await within.left().userinfo(std::move(whose));
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

awaitable<login_session_ptr> broker_core::log_in(std::shared_ptr<broker_core> self, attempt_ptr which, grant with) {
    const time_limit within{which->who, self->clock_, self->options_.completion_timeout};
    token fresh = co_await within.left().exchange(std::move(with));
    std::optional<identity> who;
    if (which->who.profile().has("userinfo")) {
        who = co_await identify(within, fresh);
    }
    std::string account = who ? who->subject : which->more().account;
    if (account.empty()) {
        account = random_text(*self->options_.random, 16);
    }
    token_key key{which->who.profile().name(), which->who.client_id(), std::move(account)};
    const auto session = std::make_shared<login_session>(key);
    session->who = std::move(who);
    session->return_to = which->more().return_to;
    session->tag = which->more().tag;
    if (self->options_.cache != nullptr) {
        co_await keep(*self->options_.cache, key, fresh);
        session->token = self->options_.cache->peek(key);
    }
    if (!session->token) {
        session->token = std::make_shared<const token>(std::move(fresh));
    }
    co_return session;
}

void broker_core::finish(arrival with) {
    ++count_.completing;
    const attempt_ptr which = with.which;
    asio::co_spawn(where_, log_in(shared_from_this(), which, std::move(with.brought)),
                   [self = shared_from_this(), which](const std::exception_ptr& thrown, login_session_ptr made) {
                       --self->count_.completing;
                       if (thrown) {
                           self->fail(which, failure_of(thrown, which->who.profile().name()));
                       } else {
                           ++self->count_.completed;
                           self->settle(which, std::move(made));
                       }
                   });
}

void broker_core::fail(const attempt_ptr& which, failure why) {
    ++(why.code == errc::access_denied ? count_.denied : count_.failed);
    settle(which, failed(std::move(why)));
}

login_answer broker_core::answer(const attempt& which, const login_result& how) const {
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

awaitable<login_answer> broker_core::complete(std::shared_ptr<broker_core> self, std::string callback,
                                              std::string cookies, std::string body) {
    if (self->shut_) {
        co_return refusal(login_failure(errc::shut_down, "callback", {}, "the login broker was closed"), {});
    }
    auto received = self->receive(callback, cookies, body);
    wipe(callback);
    wipe(cookies);
    wipe(body);
    const attempt_ptr which = received.has_value() ? received->which : nullptr;
    if (which && which->claim()) {
        which->print = received->print;
        self->note(which->due);
        if (!self->attempts_->use(which)) {
            received = login_failure(errc::callback_login_unknown, "callback", which->who.profile().name(),
                                     "it has been completed");
            self->settle(which, failed(received.error()));
        } else if (received->refusal) {
            self->fail(which, std::move(*received->refusal));
        } else {
            self->finish(std::move(*received));
        }
    }
    if (received.has_error()) {
        ++self->count_.refused;
        co_return refusal(received.error(), {});
    }
    const std::shared_ptr<outcome> ended{which, &which->ended};
    try {
        co_await wait(self, ended, nullptr, self->options_.completion_timeout + beyond_completion);
    } catch (const error&) {
        if (!ended->peek()) {  // the caller's end, not the login's
            throw;
        }
    }
    const std::optional<login_result> how = ended->peek();
    co_return self->answer(*which, how ? *how : failed(overdue(*which)));
}

}  // namespace coauth::login
