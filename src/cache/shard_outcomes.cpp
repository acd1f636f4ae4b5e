#include "cache/cache_failure.hpp"
#include "cache/shard.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

// What comes of flights: tokens that are held, ended, or still to be saved.

namespace coauth::cache {
namespace {

using namespace std::chrono_literals;

bool is_store_failure(const failure& what) {
    return class_of(what.code) == failure_class::store;
}

}  // namespace

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
    if (!by.author && now.steady < of.expires_at) {
        tell(cache_event_kind::refreshed, of, now.steady, nullptr, then);
    }
}

/// After a commit. A provider that issues what has ended already must not be asked again at once, and for ever.
void shard::finish(entry& of, const flight& by, moment now, orders& then) {
    if (!by.author && !by.shown && now.steady >= of.expires_at) {
        constexpr auto what = "the provider issued a token that has ended already";
        fail(of, cache_failure(errc::malformed_reply, "refresh", by.key, what), now, then);
        return;
    }
    go_on(of, now, then);
}

void shard::hold(entry& of, token_ptr fresh, moment now) {
    const schedule_rules rules = rules_of(of);
    of.held = std::move(fresh);
    const token_schedule times = schedule_of(*of.held, rules, options_, now, chance());
    of.can_refresh = is_refreshable(*of.held, rules);
    of.expires_at = times.expires_at;
    of.stale_at = of.can_refresh ? times.stale_at : clock::steady_time::max();
    of.invalidated = false;
    of.ended = false;
    of.told_expiring = false;
    of.told_expired = false;
    if (of.trouble() && now.steady < of.expires_at) {
        of.told_refresh_failed = false;
        of.trouble()->failures = 0;
        of.trouble()->polls = 0;
        of.trouble()->polling = false;
        of.trouble()->why.reset();
        of.trouble()->next_attempt = {};
    }
}

/// A record of the store takes its place.
void shard::take(entry& of, const stored_token& what, moment now, orders& then) {
    nothing_to_commit(of);
    of.version = what.version;
    then.discard.push_back(of.held);
    if (what.record.refused) {
        constexpr auto why = "the provider refused earlier: log in again";
        end(of, cache_failure(*what.record.refused, "refresh", of.home(), why), now, then);
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
    nothing_to_commit(of);
    if (of.told_store_failed) {
        of.told_store_failed = false;
        tell(cache_event_kind::stored, of, clock::steady_time::max(), nullptr, then);
    }
}

/// Nothing is left that the store has still to take.
void shard::nothing_to_commit(entry& of) {
    if (of.unsaved()) {
        --unsaved_;
        deadlines_.remove(of.trouble()->commit);
        of.trouble()->commit.clear();
    }
}

/// The store did not take the token: it is held, and the commit tried again.
void shard::keep_unsaved(entry& of, const flight& by, const failure& why, moment now, orders& then) {
    unrest::unsaved& commit = of.in_trouble().commit;
    unsaved_ += commit.pending ? 0 : 1;
    commit.pending = true;
    commit.overriding = by.overriding;
    commit.lease = by.leased ? by.lease : commit.lease;
    if (commit.earlier.empty() || commit.earlier.back() != by.fresh) {
        commit.earlier.push_back(by.fresh);  // it may have come through all the same
    }
    ++commit.failures;
    const auto greatest = std::min(options_.greatest_pause, longest_commit_pause);
    deadlines_.set(commit, now.steady + pause_after(commit.failures, options_.first_pause, greatest, chance()));
    store_failed(of, why, now, then);
}

/// Told once, until the store has answered.
void shard::store_failed(entry& of, const failure& why, moment now, orders& then) {
    ++store_failures_;
    if (!of.told_store_failed) {
        of.told_store_failed = true;
        tell(cache_event_kind::store_failed, of, now.steady, &why, then);
    }
}

void shard::begin_commit(entry& of, moment now, orders& then) {
    const flight_ptr made = launch(of, flight::stage::committing, now, then);
    made->fresh = of.held;
    made->shown = true;
    made->overriding = of.trouble()->commit.overriding;
    made->leased = of.trouble()->commit.lease != 0;
    made->earlier = of.trouble()->commit.earlier;
    deadlines_.remove(of.trouble()->commit);
    schedule(of, now.steady);
}

/// Another process has the lease: what it brings will be in the store.
void shard::poll_later(entry& of, moment now) {
    unrest& with = of.in_trouble();
    with.polling = true;
    ++with.polls;
    with.next_attempt = now.steady + pause_after(with.polls, 50ms, 500ms, chance());
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
        store_failed(of, why, now, then);
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
    nothing_to_commit(of);
    const bool was_over = of.ended;
    of.ended = true;
    of.can_refresh = false;
    of.invalidated = false;
    with.why = std::move(why);
    if (!was_over) {
        tell(cache_event_kind::needs_login, of, now.steady, &*with.why, then);
    }
    wake_all(of, *with.why, then);
    due_.remove(of);
}

/// No client that could refresh it is served here, but another process may have one.
bool shard::refreshes_elsewhere(const entry& of) const {
    return of.held && of.held->refresh_token && !served_of(of);
}

/// Why its token, which is held, is of no use.
failure shard::expired(const entry& of) const {
    return cache_failure(errc::token_expired, "refresh", of.home(),
                         refreshes_elsewhere(of) ? not_served : "log in again");
}

/// After a change: wakes those who wait, or begins what they need.
void shard::go_on(entry& of, moment now, orders& then) {
    if (of.usable(now.steady)) {
        wake_all(of, of.held, then);
    } else if (of.awaited() && !of.flying()) {
        std::optional<failure> instead;
        if (!may_wait(of, now, then, instead)) {
            wake_all(of, instead ? std::move(*instead) : cache_failure(errc::shut_down, "refresh", of.home()), then);
        }
    }
    schedule(of, now.steady);
    calm(of);
}

/// Gives back the memory that only trouble needs, if there is none.
void shard::calm(entry& of) {
    if (of.trouble() && !of.ended && !of.flying() && !of.awaited() && !of.unsaved() && of.trouble()->failures == 0 &&
        !of.trouble()->polling && of.trouble()->next_attempt == clock::steady_time{}) {
        of.come_to_rest();
    }
}

}  // namespace coauth::cache
