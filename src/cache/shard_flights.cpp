#include "cache/shard.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

// How a refresh goes: queued at the provider's gate; the store consulted (lease, then read anew); the provider asked;
// the commit. After a refusal the store is asked whether another process was faster.

namespace coauth::cache {
namespace {

using namespace std::chrono_literals;

failure failure_of(errc code, const token_key& key) {
    return {.code = code, .step = "refresh", .provider = key.provider()};
}

/// The provider is out of order, or cannot be reached; it did not judge the token.
bool is_outage(const failure& what) {
    switch (class_of(what.code)) {
        case failure_class::timeout:
        case failure_class::network:
        case failure_class::tls:
        case failure_class::protocol:
            return true;
        case failure_class::http:
            return what.http_status >= 500 || what.http_status == 429;
        default:
            return what.code == errc::server_error || what.code == errc::temporarily_unavailable ||
                   what.code == errc::rate_limited;
    }
}

bool is_store_failure(const failure& what) {
    return class_of(what.code) == failure_class::store;
}

}  // namespace

// Begin and end.

flight_ptr shard::launch(entry& of, flight::stage first, moment now, orders& then) {
    auto made = std::make_shared<flight>(of.key(), number_, ++flights_, first, where_);
    made->home = &of;
    made->from = of.held;
    made->version = of.version;
    made->awaited = of.awaited();
    of.in_trouble().flying = made;
    if (first != flight::stage::queued) {
        due_.set(*made, now.steady + options_.store_timeout);
        then.begin.push_back(made);
    }
    return made;
}

/// `which` is done, for its entry.
void shard::land(entry& of, const flight_ptr& which) {
    due_.remove(*which);
    which->home = nullptr;
    of.trouble->flying.reset();
    if (of.unsaved() && of.trouble->commit.place == due_node::nowhere) {
        due_.set(of.trouble->commit, clock::steady_time::min());  // it fell due while something else was under way
    }
}

/// What is under way is not for this entry any more; it ends by itself.
void shard::drop_flight(entry& of, orders& then) {
    if (!of.flying()) {
        return;
    }
    const flight_ptr dropped = of.trouble->flying;
    land(of, dropped);
    if (dropped->at != flight::stage::queued && dropped->at != flight::stage::asking) {
        then.cut.push_back(dropped);
    }
    if (dropped->author) {
        then.tell_author.push_back({dropped, std::nullopt});  // a later login, or the user, made it pointless
    }
}

/// The provider's gate need not count it any more.
void shard::pass_on(const flight_ptr& which, provider_gate::outcome how, const failure* why, orders& then) {
    if (std::exchange(which->let_in, false)) {
        then.leave.push_back({which, how, why != nullptr ? why->retry_after : std::nullopt});
    }
}

void shard::give_lease_back(const flight_ptr& which, orders& then) {
    if (std::exchange(which->leased, false)) {
        then.give_back.push_back(which);
    }
}

// A load.

void shard::loaded(const flight_ptr& which, outcome<std::optional<stored_token>> found, moment now, orders& then) {
    if (which->home == nullptr) {
        return;
    }
    entry& of = *which->home;
    land(of, which);
    if (const auto* why = std::get_if<failure>(&found)) {
        ++store_failures_;
        settle_without_load(of, *why, then);
        return;
    }
    const auto& stored = std::get<std::optional<stored_token>>(found);
    if (stored && stored->version != of.version) {
        take(of, *stored, now, then);
        go_on(of, now, then);
    } else if (!stored && of.version != 0) {
        gone(of, then);
    } else {
        failure why = failure_of(errc::no_token, which->key);
        why.step = "token";
        why.detail = "log in first";
        settle_without_load(of, why, then);
    }
}

/// Nothing new was found: who has nothing gets `why`, who had something of no use hears why that is so.
void shard::settle_without_load(entry& of, const failure& why, orders& then) {
    if (of.ended) {
        wake_all(of, *of.trouble->why, then);
    } else if (of.held) {
        failure ended = failure_of(errc::token_expired, *of.home);
        ended.detail = "log in again";
        wake_all(of, std::move(ended), then);
    } else {
        wake_all(of, why, then);
        remove(of, then);
    }
}

/// The store has it no more: somebody erased it.
void shard::gone(entry& of, orders& then) {
    wake_all(of, failure_of(errc::no_token, *of.home), then);
    remove(of, then);
}

// A refresh.

void shard::begin_refresh(entry& of, moment now, orders& then) {
    if (closed_) {
        return;
    }
    auto served = served_of(of);
    if (!served || !of.held) {
        of.can_refresh = false;
        schedule(of, now.steady);
        return;
    }
    const flight_ptr made = launch(of, flight::stage::queued, now, then);
    made->served = std::move(served);
    then.begin.push_back(made);
    schedule(of, now.steady);
}

void shard::let_in(const flight_ptr& which, moment now, orders& then) {
    which->let_in = true;
    if (which->home == nullptr || closed_) {
        turned_away(which, failure_of(errc::shut_down, which->key), now, then);
        return;
    }
    which->at = flight::stage::consulting;
    which->version = which->home->version;
    due_.set(*which, now.steady + options_.store_timeout);
    then.begin.push_back(which);
}

void shard::turned_away(const flight_ptr& which, failure why, moment now, orders& then) {
    pass_on(which, provider_gate::outcome::unused, nullptr, then);
    if (which->home != nullptr) {
        entry& of = *which->home;
        land(of, which);
        if (closed_) {
            wake_all(of, std::move(why), then);
        } else {
            fail(of, std::move(why), now, then);
        }
    }
}

/// Its work threw what it should not: there is no memory, say.
void shard::broke(const flight_ptr& which, failure why, moment now, orders& then) {
    pass_on(which, provider_gate::outcome::unused, nullptr, then);
    if (which->home == nullptr) {
        return;
    }
    entry& of = *which->home;
    if (which->at == flight::stage::committing) {
        committed(which, std::move(why), now, then);
        return;
    }
    land(of, which);
    if (of.held) {
        fail(of, std::move(why), now, then);
    } else {
        settle_without_load(of, why, then);
    }
}

void shard::consulted(const flight_ptr& which, const consultation& said, moment now, orders& then) {
    which->leased =
        said.leased || said.failed.has_value();  // if it failed, that is not known, and giving it back does no harm
    due_.remove(*which);
    if (which->home == nullptr || closed_) {
        give_lease_back(which, then);
        turned_away(which, failure_of(errc::shut_down, which->key), now, then);
        return;
    }
    entry& of = *which->home;
    const bool newer = said.stored && said.stored->version != of.version;
    const bool erased = !said.failed && !said.stored && of.version != 0;
    const bool overriding = of.unsaved() && of.trouble->commit.overriding;
    of.told_store_failed = of.told_store_failed && (said.failed || of.unsaved());
    // A token that the store has not taken yet is the only one that works: a failing store must not end it.
    const bool alone = said.failed && of.unsaved();
    if (alone || (said.leased && !said.failed && ((!newer && !erased) || overriding))) {
        of.version = said.stored ? said.stored->version : erased ? 0 : of.version;
        which->at = flight::stage::asking;
        which->version = of.version;
        which->from = of.held;
        which->generation = of.generation;
        which->overriding = overriding;
        ++refreshes_;
        then.begin.push_back(which);
        return;
    }
    pass_on(which, provider_gate::outcome::unused, nullptr, then);
    give_lease_back(which, then);
    land(of, which);
    if (said.failed) {
        fail(of, *said.failed, now, then);
    } else if (erased) {
        gone(of, then);
    } else if (newer) {
        adopt(of, *said.stored, now, then);
    } else {
        poll_later(of, now, then);
    }
}

void shard::answered(const flight_ptr& which, outcome<token_ptr> issued, moment now, orders& then) {
    const auto* why = std::get_if<failure>(&issued);
    pass_on(which,
            why != nullptr && is_outage(*why) ? provider_gate::outcome::failed : provider_gate::outcome::answered, why,
            then);
    refresh_failures_ += why != nullptr ? 1 : 0;
    if (which->home == nullptr) {
        // Another login took its place, or it was erased: nobody may have what came.
        give_lease_back(which, then);
        return;
    }
    entry& of = *which->home;
    if (why == nullptr) {
        which->fresh = std::get<token_ptr>(std::move(issued));
        which->earlier = of.trouble->commit.earlier;
        which->at = flight::stage::committing;
        due_.set(*which, now.steady + options_.store_timeout);
        then.begin.push_back(which);
        return;
    }
    if (needs_login(*why)) {
        which->refusal = *why;
        which->at = flight::stage::settling;
        due_.set(*which, now.steady + options_.store_timeout);
        then.begin.push_back(which);
        return;
    }
    give_lease_back(which, then);
    land(of, which);
    fail(of, std::move(*std::get_if<failure>(&issued)), now, then);
}

void shard::settled(const flight_ptr& which, outcome<commit_outcome> done, moment now, orders& then) {
    due_.remove(*which);
    auto* what = std::get_if<commit_outcome>(&done);
    which->leased = which->leased && (what == nullptr || what->version == 0);
    give_lease_back(which, then);
    if (which->home == nullptr) {
        return;
    }
    entry& of = *which->home;
    land(of, which);
    if (what != nullptr && what->other) {
        adopt(of, *what->other, now, then);
        return;
    }
    of.version = what != nullptr && what->version != 0 ? what->version : of.version;
    if (of.ended) {
        wake_all(of, *of.trouble->why, then);
    } else {
        end(of, *which->refusal, now, then);
    }
}

void shard::committed(const flight_ptr& which, outcome<commit_outcome> done, moment now, orders& then) {
    // A commit ends the lease. If it failed, the lease is not given back: the store still has the spent refresh token,
    // and nobody else may use it before the next attempt.
    due_.remove(*which);
    if (which->home == nullptr) {
        return;
    }
    entry& of = *which->home;
    land(of, which);
    const auto* what = std::get_if<commit_outcome>(&done);
    const auto* why = std::get_if<failure>(&done);
    if (which->author) {
        then.tell_author.push_back({which, why != nullptr ? std::optional{*why} : std::nullopt});
    }
    if (why == nullptr && what->version == 0) {
        if (what->other) {
            adopt(of, *what->other, now, then);
        } else {
            gone(of, then);
        }
        return;
    }
    if (!which->shown) {
        publish(of, *which, why == nullptr ? what->version : of.version, now, then);
    }
    if (why == nullptr) {
        saved(of, what->version, then);
    } else {
        keep_unsaved(of, *which, *why, now, then);
    }
    finish(of, *which, now, then);
}

// What comes of it.

/// The token is there: what the provider issued is shown.
void shard::publish(entry& of, const flight& by, std::uint64_t version, moment now, orders& then) {
    const bool refused_meanwhile = of.generation != by.generation;
    then.discard.push_back(of.held);
    hold(of, by.fresh, now);
    of.version = version;
    if (refused_meanwhile) {
        of.invalidated = true;
        of.stale_at = std::max(now.steady, earliest_refresh(*of.held, rules_of(of), now));
    }
    if (!by.login && now.steady < of.expires_at) {
        tell(cache_event_kind::refreshed, of, now.steady, nullptr, then);
    }
}

/// After a commit. A provider that issues what has ended already must not be asked again at once, and for ever.
void shard::finish(entry& of, const flight& by, moment now, orders& then) {
    if (!by.login && !by.shown && now.steady >= of.expires_at) {
        failure why = failure_of(errc::malformed_reply, by.key);
        why.detail = "the provider issued a token that has ended already";
        fail(of, std::move(why), now, then);
        return;
    }
    go_on(of, now, then);
}

void shard::hold(entry& of, token_ptr fresh, moment now) {
    const schedule_rules rules = rules_of(of);
    of.held = std::move(fresh);
    const token_schedule times = schedule_of(*of.held, rules, options_, now, chance());
    of.can_refresh = rules.can_refresh && of.held->refresh_token.has_value();
    of.expires_at = times.expires_at;
    of.stale_at = of.can_refresh ? times.stale_at : clock::steady_time::max();
    of.invalidated = false;
    of.ended = false;
    of.told_expiring = false;
    of.told_expired = false;
    if (of.trouble && now.steady < of.expires_at) {
        of.told_refresh_failed = false;
        of.trouble->failures = 0;
        of.trouble->polls = 0;
        of.trouble->polling = false;
        of.trouble->why.reset();
        of.trouble->next_attempt = {};
    }
}

/// A record of the store takes its place.
void shard::take(entry& of, const stored_token& what, moment now, orders& then) {
    if (of.unsaved()) {
        --unsaved_;
        of.trouble->commit.pending = false;
        of.trouble->commit.earlier.clear();
        due_.remove(of.trouble->commit);
    }
    of.version = what.version;
    then.discard.push_back(of.held);
    if (what.record.refused) {
        failure why = failure_of(*what.record.refused, *of.home);
        why.detail = "the provider refused earlier: log in again";
        end(of, std::move(why), now, then);
        return;
    }
    hold(of, std::make_shared<const token>(what.record.value), now);
}

/// Another process has refreshed it, or another login came.
void shard::adopt(entry& of, const stored_token& what, moment now, orders& then) {
    ++adopted_;
    const bool refused_here =
        of.invalidated && of.held && !what.record.refused && of.held->access_token == what.record.value.access_token;
    take(of, what, now, then);
    of.invalidated = refused_here;
    go_on(of, now, then);
}

void shard::saved(entry& of, std::uint64_t version, orders& then) {
    of.version = version;
    if (of.unsaved()) {
        --unsaved_;
        of.trouble->commit.pending = false;
        of.trouble->commit.failures = 0;
        of.trouble->commit.earlier.clear();
        due_.remove(of.trouble->commit);
    }
    if (of.told_store_failed) {
        of.told_store_failed = false;
        tell(cache_event_kind::stored, of, clock::steady_time::max(), nullptr, then);
    }
}

/// The store did not take the token: it is held, and the commit tried again.
void shard::keep_unsaved(entry& of, const flight& by, const failure& why, moment now, orders& then) {
    ++store_failures_;
    unrest::unsaved& commit = of.in_trouble().commit;
    unsaved_ += commit.pending ? 0 : 1;
    commit.pending = true;
    commit.overriding = by.overriding;
    if (commit.earlier.empty() || commit.earlier.back() != by.fresh) {
        commit.earlier.push_back(by.fresh);  // it may have come through all the same
    }
    ++commit.failures;
    due_.set(commit,
             now.steady + pause_after(commit.failures, options_.first_pause,
                                      std::min<std::chrono::milliseconds>(options_.greatest_pause, 60s), chance()));
    if (!of.told_store_failed) {
        of.told_store_failed = true;
        tell(cache_event_kind::store_failed, of, now.steady, &why, then);
    }
}

void shard::begin_commit(entry& of, moment now, orders& then) {
    const flight_ptr made = launch(of, flight::stage::committing, now, then);
    made->fresh = of.held;
    made->shown = true;
    made->overriding = of.trouble->commit.overriding;
    made->earlier = of.trouble->commit.earlier;
    due_.remove(of.trouble->commit);
    schedule(of, now.steady);
}

/// Another process has the lease: what it brings will be in the store.
void shard::poll_later(entry& of, moment now, orders& then) {
    unrest& with = of.in_trouble();
    with.polling = true;
    ++with.polls;
    with.next_attempt = now.steady + pause_after(with.polls, 50ms, 500ms, chance());
    (void)then;
    schedule(of, now.steady);
}

void shard::fail(entry& of, failure why, moment now, orders& then) {
    unrest& with = of.in_trouble();
    ++with.failures;
    with.polling = false;
    std::chrono::milliseconds pause =
        pause_after(with.failures, options_.first_pause, options_.greatest_pause, chance());
    if (why.retry_after) {
        // Not all at once when the time has come, nor too early.
        const std::chrono::milliseconds asked = std::min(*why.retry_after, std::chrono::seconds{86'400});
        pause = std::max(pause, asked + asked / 10 * static_cast<int>(chance() * 10) / 10);
    }
    with.next_attempt = now.steady + pause;
    if (is_store_failure(why)) {
        ++store_failures_;
        if (!of.told_store_failed) {
            of.told_store_failed = true;
            tell(cache_event_kind::store_failed, of, now.steady, &why, then);
        }
    } else if (!of.told_refresh_failed) {
        of.told_refresh_failed = true;
        tell(cache_event_kind::refresh_failed, of, now.steady, &why, then);
    }
    with.why = std::move(why);
    failure told = *with.why;
    told.retry_after = std::chrono::ceil<std::chrono::seconds>(pause);
    wake_all(of, std::move(told), then);
    schedule(of, now.steady);
}

/// Only a new login helps.
void shard::end(entry& of, failure why, moment now, orders& then) {
    drop_flight(of, then);
    then.discard.push_back(std::exchange(of.held, nullptr));
    unrest& with = of.in_trouble();
    if (with.commit.pending) {
        --unsaved_;
        with.commit.pending = false;
        due_.remove(with.commit);
    }
    of.ended = true;
    of.can_refresh = false;
    of.invalidated = false;
    with.why = std::move(why);
    tell(cache_event_kind::needs_login, of, now.steady, &*with.why, then);
    wake_all(of, *with.why, then);
    due_.remove(of);
}

/// After a change: wakes those who wait, or begins what they need.
void shard::go_on(entry& of, moment now, orders& then) {
    if (of.usable(now.steady)) {
        wake_all(of, of.held, then);
    } else if (of.awaited() && !of.flying()) {
        std::optional<failure> instead;
        if (!may_wait(of, now, then, instead)) {
            wake_all(of, instead ? std::move(*instead) : failure_of(errc::shut_down, *of.home), then);
        }
    }
    schedule(of, now.steady);
    calm(of);
}

/// Gives back the memory that only trouble needs.
void shard::calm(entry& of) {
    if (of.trouble && !of.ended && !of.flying() && !of.awaited() && !of.unsaved() && of.trouble->failures == 0 &&
        !of.trouble->polling && of.trouble->next_attempt == clock::steady_time{}) {
        of.trouble.reset();
    }
}

}  // namespace coauth::cache
