#include "login/broker_core.hpp"

#include "login/checked_options.hpp"
#include "login/kept_attempts.hpp"
#include "login/login_failure.hpp"
#include "login/sealed_attempts.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <functional>
#include <iterator>
#include <tuple>
#include <utility>

namespace coauth::login {

namespace asio = boost::asio;

using namespace std::chrono_literals;

namespace {

std::unique_ptr<attempts> make_attempts(login_backend how, const served_clients& served, const login_options& options) {
    if (auto* sealed = std::get_if<sealed_logins>(&how)) {
        check(*sealed);
        return std::make_unique<sealed_attempts>(std::move(*sealed), served, options.clock, options.random);
    }
    const kept_logins& kept = std::get<kept_logins>(how);
    check(kept);
    return std::make_unique<kept_attempts>(kept, options.clock, options.random);
}

}  // namespace

failure shutting_down() {
    return login_failure(errc::shut_down, "login", {}, "the login broker was closed");
}

failure expired(const attempt& which) {
    return login_failure(errc::login_expired, "login", which.who.profile().name(), "begin it again");
}

broker_core::broker_core(executor where, login_backend how, login_options options)
    : where_{std::move(where)},
      options_{checked_options(std::move(options))},
      clock_{options_.clock},
      cookies_{options_},
      attempts_{make_attempts(std::move(how), served_, options_)},
      alarm_{std::make_shared<http::alarm>(where_, clock_)},
      completing_{where_} {}

void broker_core::start() {
    http::end_with_context(where_, weak_from_this());
    alarm_->start([weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->ring();
        }
    });
}

void broker_core::serve(const client& with) {
    served_.serve(with, true).value();
}

// Beginning.

pending_login broker_core::begin(const client& with, const begin_options& options) {
    if (closed_) {
        throw error{shutting_down()};
    }
    check(options);
    served_.serve(with, false).value();
    authorize_options ask = options.ask;
    attempts::drawn drawn = attempts_->draw(options.address);
    ask.state = std::move(drawn.state);
    authorization asked = with.authorize(ask);
    std::string url = std::exchange(asked.url, {});

    const auto which =
        std::make_shared<attempt>(with, std::move(asked), particulars{options.return_to, options.account, options.tag});
    which->begun = clock_->now();
    which->due = clock_->steady_now() + options_.lifetime;
    const attempts::kept kept = attempts_->keep(which, std::move(drawn)).value();
    for (const attempt_ptr& each : kept.displaced) {
        ++count_.displaced;
        settle(each,
               failed(login_failure(errc::login_displaced, "login", each->who.profile().name(), "begin it again")));
    }
    if (closed_) {  // meanwhile: nobody else would end it
        end(which, shutting_down(), count_.abandoned);
        throw error{shutting_down()};
    }
    ++count_.begun;
    note(which->due);

    std::vector<std::string> set_cookies = surplus(options.cookies);
    set_cookies.insert(set_cookies.begin(), cookies_.set(which->id(), kept.cookie, with.profile().callback_in_form()));
    return pending_login{shared_from_this(), which, std::move(url), std::move(set_cookies)};
}

std::vector<std::string> broker_core::surplus(std::string_view cookies) {
    constexpr std::size_t most_looked_at = 40;
    std::vector<login_cookie> sent = cookies_.read(cookies);
    sent.resize(std::min(sent.size(), most_looked_at));
    std::vector<std::string> cleared;
    std::vector<attempt_ptr> alive;
    for (const login_cookie& each : sent) {
        auto found = attempts_->find(each.id, each.value);
        if (found.has_value()) {
            alive.push_back(std::move(*found));
        } else {
            cleared.push_back(cookies_.clear(each.id));
        }
    }
    std::sort(alive.begin(), alive.end(),
              [](const attempt_ptr& left, const attempt_ptr& right) { return left->begun > right->begun; });
    for (std::size_t each = options_.max_per_browser - 1; each < alive.size(); ++each) {
        cleared.push_back(cookies_.clear(alive[each]->id()));
        end(alive[each],
            login_failure(errc::login_displaced, "login", alive[each]->who.profile().name(),
                          "too many were begun in one browser"),
            count_.displaced);
    }
    return cleared;
}

void broker_core::abandon(const attempt_ptr& which) {
    end(which, login_failure(errc::login_abandoned, "login", which->who.profile().name(), "begin it again"),
        count_.abandoned);
}

// Finding the login of a callback.

result<broker_core::arrival> broker_core::receive(std::string_view callback, std::string_view cookies,
                                                  std::string_view body) {
    const auto where = place_of(callback);
    if (where.has_error()) {
        return where.error();
    }
    const auto owner = served_.owner_of(*where);
    if (!owner) {
        return login_failure(errc::callback_login_unknown, "callback", {},
                             "no login was begun here with this redirect URI");
    }
    const bool in_body = !body.empty() && (owner->callback_in_form() || owner->callback_in_fragment());
    const std::string_view brought = in_body ? body : callback;
    const provider::received_callback received{*owner, brought};
    arrival made;
    made.print = std::hash<std::string_view>{}(brought);
    auto found = find(*owner, received, cookies, made.print);
    if (found.has_error()) {
        return found.error();
    }
    made.which = std::move(*found);
    if (made.which->who.profile().name() != owner->name()) {
        return login_failure(
            errc::callback_wrong_provider, "callback", owner->name(),
            "it belongs to a login at " + made.which->who.profile().name() + "; begin the login again");
    }
    auto read = received.read(made.which->who.profile(), made.which->asked, clock_->now());
    if (read.has_value()) {
        made.brought = std::move(*read);
    } else if (class_of(read.error().code) == failure_class::callback) {
        return read.error();
    } else {
        made.refusal = read.error();
    }
    return made;
}

result<attempt_ptr> broker_core::find(const provider::profile& owner, const provider::received_callback& received,
                                      std::string_view cookies, std::size_t print) {
    if (const std::string_view state = received.state(); !state.empty()) {
        return find_by_state(state, cookies);
    }
    if (owner.binding() == provider::binding::cookie) {
        return find_by_cookie(owner, cookies, print);
    }
    // It proves nothing, so it ends nothing; what it says is told all the same.
    const auto read = received.read(owner, authorization{}, clock_->now());
    return read.has_error()
               ? read.error()
               : login_failure(errc::callback_state_missing, "callback", owner.name(), "begin the login again");
}

result<attempt_ptr> broker_core::find_by_state(std::string_view state, std::string_view cookies) {
    std::optional<failure> why;
    for (const login_cookie& each : cookies_.read(cookies)) {
        if (!state.starts_with(each.id)) {
            continue;
        }
        auto found = attempts_->find(each.id, each.value);
        if (found.has_value()) {
            return found;
        }
        why = std::move(found).error();
    }
    return why ? std::move(*why)
               : login_failure(errc::callback_cookie_missing, "callback", {},
                               "it was begun in another browser, or this one keeps no cookies");
}

result<attempt_ptr> broker_core::find_by_cookie(const provider::profile& owner, std::string_view cookies,
                                                std::size_t print) {
    result<attempt_ptr> found = login_failure(errc::callback_cookie_missing, "callback", owner.name(),
                                              "it was begun in another browser, or this one keeps no cookies");
    attempt_ptr newest;
    for (const login_cookie& each : cookies_.read(cookies)) {
        auto one = attempts_->find(each.id, each.value);
        if (one.has_error()) {
            found = newest ? std::move(found) : std::move(one);
            continue;
        }
        const bool fits = (*one)->who.profile().name() == owner.name();
        // The one that this very callback has come for already; one for which another has come is the last choice.
        const auto rank = [&](const attempt& what) {
            const bool used = what.claimed;
            return std::tuple{used && what.print == print, !used, what.begun};
        };
        if (fits && (!newest || rank(**one) >= rank(*newest))) {
            newest = std::move(*one);
        }
    }
    return newest ? result<attempt_ptr>{std::move(newest)} : found;
}

// Waiting.

void broker_core::ring() {
    const clock::steady_time now = clock_->steady_now();
    for (const attempt_ptr& each : attempts_->expire(now)) {
        ++count_.expired;
        settle(each, failed(expired(*each)));
    }
    std::vector<waiter_ptr> late;
    clock::steady_time next = attempts_->next_due();
    {
        const std::scoped_lock lock{waiting_mutex_};
        while (cache::due_node* const each = waiting_.first(now)) {
            waiting_.remove(*each);
            late.push_back(static_cast<waiter*>(each)->shared_from_this());
        }
        next = std::min(next, waiting_.earliest());
    }
    for (const waiter_ptr& each : late) {
        overrun(each, now);
    }
    note(next);
}

void broker_core::note(clock::steady_time when) {
    alarm_->note(when);
    if (shut_) {  // meanwhile, maybe: what is shut keeps no context running
        alarm_->rest();
    }
}

// The end.

void broker_core::end(const attempt_ptr& which, failure why, std::atomic<std::uint64_t>& counted) {
    if (which->claim()) {
        counted += attempts_->use(which) ? 1 : 0;
        settle(which, failed(std::move(why)));
    }
}

void broker_core::settle(const attempt_ptr& which, const login_result& how) {
    attempts_->forget(which);
    settle(which->ended, how);
    check_still();
}

void broker_core::settle(outcome& what, const login_result& how) {
    for (const waiter_ptr& each : what.settle(how)) {
        tell(each, how);
    }
}

void broker_core::check_still() {
    if (closed_ && attempts_->under_way() == 0) {
        settle(*still_, login_session_ptr{});
    }
}

void broker_core::tell_all(const login_result& how) {
    for (const attempt_ptr& each : attempts_->held()) {
        if (each->claim()) {
            static_cast<void>(attempts_->use(each));
            attempts_->forget(each);
        }
        settle(each->ended, how);
    }
}

void broker_core::close_now() noexcept {
    closed_ = true;
    if (!shut_.exchange(true)) {
        tell_all(failed(shutting_down()));
        settle(*still_, login_session_ptr{});
        alarm_->rest();
    }
}

/// Logins whose callback has come end now, instead of when they are done.
void broker_core::break_off() {
    for (const completion_ptr& each : completing_.running()) {
        asio::post(each->where, [each] { each->give_up.emit(asio::cancellation_type::terminal); });
    }
    check_finished();
}

void broker_core::check_finished() {
    if (shut_ && completing_.count() == 0) {
        settle(*finished_, login_session_ptr{});
    }
}

void broker_core::abandon() noexcept {
    closed_ = true;
    shut_ = true;
    // Nobody is resumed: where the context ends, whoever waits there ends with it.
    std::vector<waiter_ptr> callers;
    const auto collect = [&](outcome& what, const login_result& how) {
        std::ranges::move(what.settle(how), std::back_inserter(callers));
    };
    collect(*still_, login_session_ptr{});
    collect(*finished_, login_session_ptr{});
    for (const attempt_ptr& each : attempts_->held()) {
        collect(each->ended, failed(shutting_down()));
    }
    for (const waiter_ptr& each : callers) {
        leave(each);
    }
    completing_.release();
    alarm_->end();
    where_ = {};
}

login_statistics broker_core::statistics() const {
    login_statistics all;
    all.under_way = attempts_->under_way();
    all.completing = completing_.count();
    {
        const std::scoped_lock lock{waiting_mutex_};
        all.waiting = waiting_.size();
    }
    all.begun = count_.begun;
    all.completed = count_.completed;
    all.denied = count_.denied;
    all.failed = count_.failed;
    all.expired = count_.expired;
    all.displaced = count_.displaced;
    all.abandoned = count_.abandoned;
    all.refused = count_.refused;
    return all;
}

}  // namespace coauth::login
