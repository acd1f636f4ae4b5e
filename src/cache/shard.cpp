#include "cache/shard.hpp"

#include "cache/cache_failure.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace coauth::cache {
namespace {

/// Nothing is under way or outstanding: at most a pause is lost with it.
bool is_idle(const entry& what) {
    return !what.flying() && !what.awaited() && !what.unsaved() && !what.invalidated;
}

bool is_writing(const flight& what) {
    return what.at == flight::stage::settling || what.at == flight::stage::committing;
}

/// Whether the store knows as much: not of a 401, a pause, or a token that it has not got.
bool is_known_to_store(const entry& what) {
    return is_idle(what) && (!what.trouble() || what.ended || !what.can_refresh);
}

}  // namespace

shard::shard(std::size_t number, http::shared_strands strands, const cache_options& options, const clients& served,
             std::size_t most_entries, std::uint32_t seed)
    : number_{number},
      strands_{std::move(strands)},
      options_{options},
      clients_{served},
      most_entries_{most_entries},
      random_{seed} {}

shard::~shard() {
    for (entry* each : entries_) {
        entry::destroy(each, memory_);
    }
}

// Looking up.

entry* shard::find(const key_view& key) const {
    const auto found = entries_.find(hashed_key{key, hash_of(key)});
    return found == entries_.end() ? nullptr : *found;
}

shard::at_hand shard::look_up(const hashed_key& key, clock::steady_time now) {
    const std::scoped_lock lock{mutex_};
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
        return {};
    }
    entry& one = **found;
    one.used = ++uses_;
    if (!one.usable(now)) {
        return {};
    }
    ++hits_;
    return {one.held, one.refresh_at() <= now};
}

token_ptr shard::peek(const hashed_key& key, clock::steady_time now) const {
    const std::scoped_lock lock{mutex_};
    const auto found = entries_.find(key);
    return found != entries_.end() && (*found)->usable(now) ? (*found)->held : nullptr;
}

token_ptr shard::held(const key_view& key) const {
    const entry* of = find(key);
    return of != nullptr ? of->held : nullptr;
}

token_ptr shard::unsaved(const key_view& key) const {
    const entry* of = find(key);
    return of != nullptr && of->unsaved() ? of->held : nullptr;
}

std::uint64_t shard::version(const key_view& key) const {
    const entry* of = find(key);
    return of != nullptr ? of->version : 0;
}

bool shard::under_way(const key_view& key, until when) const {
    const entry* of = find(key);
    return of != nullptr && of->flying() && (when == until::landed || is_writing(*of->trouble()->flying));
}

// Entries.

realm_ptr shard::realm_of(const token_key& key) {
    const token_key shared = key.with_account({});
    const auto known = realms_.find(shared);
    if (known != realms_.end()) {
        return known->second;
    }
    if (realms_.size() >= purge_realms_at_) {
        std::erase_if(realms_, [](const auto& each) { return each.second->use_count() == 1; });
        purge_realms_at_ = 2 * realms_.size() + 64;
    }
    return realms_.emplace(shared, realm_ptr{new realm{shared}}).first->second;
}

entry& shard::insert(const token_key& key, orders& then) {
    entry* made = entry::make(realm_of(key), key.account(), memory_);
    try {
        entries_.insert(made);
    } catch (...) {
        entry::destroy(made, memory_);
        throw;
    }
    made->used = ++uses_;
    if (entries_.size() > most_entries_) {
        evict(*made, then);
    }
    return *made;
}

/// Nobody waits for it any more.
void shard::remove(entry& what, orders& then) {
    drop_flight(what, then);
    nothing_to_commit(what);
    due_.remove(what);
    then.discard.push_back(std::move(what.held));
    entries_.erase(&what);
    entry::destroy(&what, memory_);
}

/// There is none: whoever waits for it hears `why`.
void shard::forget(entry& of, const failure& why, orders& then) {
    wake_all(of, why, then);
    remove(of, then);
}

/// Lets the least recently used go, a thirty-second of all at once, so that looking for them costs little each.
void shard::evict(const entry& but, orders& then) {
    std::vector<entry*> idle;
    const auto gather = [&](bool (*which)(const entry&)) {
        std::copy_if(entries_.begin(), entries_.end(), std::back_inserter(idle),
                     [&](const entry* each) { return each != &but && which(*each); });
    };
    gather(is_known_to_store);
    if (idle.empty()) {
        // All are in trouble, since their provider is, say. Then pauses are forgotten, though never a 401.
        gather(is_idle);
    }
    const auto enough = std::min(idle.size(), std::max<std::size_t>(entries_.size() / 32, 1));
    const auto last = idle.begin() + static_cast<std::ptrdiff_t>(enough);
    std::nth_element(
        idle.begin(), std::prev(last, enough > 0 ? 1 : 0), idle.end(),
        [now = uses_](const entry* left, const entry* right) { return now - left->used > now - right->used; });
    std::for_each(idle.begin(), last, [&](entry* each) { remove(*each, then); });
    evictions_ += enough;
}

// Callers.

void shard::nudge(const key_view& key, moment now, orders& then) {
    entry* of = find(key);
    if (of != nullptr && of->refresh_at() <= now.steady) {
        begin_refresh(*of, now, then);
        schedule(*of, now.steady);
    }
}

void shard::ask(const token_key& key, const waiter_ptr& who, clock::steady_time deadline, moment now, orders& then) {
    ++asked_;
    entry* of = find(view_of(key));
    if (of == nullptr && !closed_) {
        of = &insert(key, then);
        ++loads_;
        launch(*of, flight::stage::loading, now, then);
    }
    std::optional<failure> instead;
    if (of != nullptr && of->usable(now.steady)) {
        then.wake.push_back({who, of->held});
    } else if (of != nullptr && may_wait(*of, now, then, instead)) {
        park(*of, who, deadline, then);
    } else {
        then.wake.push_back({who, instead ? std::move(*instead) : failure{.code = errc::shut_down}});
    }
}

void shard::join(const token_key& key, until when, const waiter_ptr& who, clock::steady_time deadline, orders& then) {
    if (under_way(view_of(key), when)) {
        park(*find(view_of(key)), who, deadline, then);
    } else {
        then.wake.push_back({who, token_ptr{}});
    }
}

void shard::park(entry& at, const waiter_ptr& who, clock::steady_time deadline, orders& then) {
    unrest& with = at.in_trouble();
    who->at = &at;
    who->index = with.waiting.size();
    with.waiting.push_back(who);
    ++waiting_;
    deadlines_.set(*who, deadline);
    if (with.flying && !with.flying->awaited.exchange(true) && with.flying->at == flight::stage::queued) {
        then.steps.push_back({orders::task::promote, with.flying});
    }
}

/// Whether something is under way that will wake a caller, or is begun; else `instead` is what the caller gets.
bool shard::may_wait(entry& of, moment now, orders& then, std::optional<failure>& instead) {
    if (of.flying()) {
        return true;
    }
    if (closed_) {
        return false;
    }
    if (of.ended) {
        instead = of.trouble()->why;
        return look_again(of, now, then);
    }
    if (!of.held) {
        ++loads_;
        launch(of, flight::stage::loading, now, then);
        return true;
    }
    const schedule_rules rules = rules_of(of);
    of.can_refresh = is_refreshable(*of.held, rules);
    if (!of.can_refresh) {
        instead = expired(of);
        return look_again(of, now, then);
    }
    if (const auto earliest = earliest_refresh(*of.held, rules, now); earliest > now.steady) {
        unrest& with = of.in_trouble();
        with.next_attempt = std::max(with.next_attempt, earliest);
    }
    const bool pausing = of.trouble() && now.steady < of.trouble()->next_attempt;
    if (pausing && !of.trouble()->polling && of.trouble()->why) {
        instead = of.trouble()->why;
        instead->retry_after = std::chrono::ceil<std::chrono::seconds>(of.trouble()->next_attempt - now.steady);
        return false;
    }
    if (pausing) {
        of.stale_at = std::min(of.stale_at, now.steady);
    } else {
        begin_refresh(of, now, then);
    }
    schedule(of, now.steady);
    return true;
}

/// The token is of no use any more; but there may have been another login, at another process. True if that is being
/// found out, which is done every few seconds at most.
bool shard::look_again(entry& of, moment now, orders& then) {
    constexpr std::chrono::seconds pause{5};
    unrest& with = of.in_trouble();
    if (now.steady < with.next_attempt) {
        return false;
    }
    with.next_attempt = now.steady + pause;
    ++loads_;
    launch(of, flight::stage::loading, now, then);
    return true;
}

void shard::cancel(const waiter_ptr& who, orders& then) {
    if (who->at != nullptr) {
        detach(who);
        then.wake.push_back({who, cache_failure(errc::cancelled, "token", {})});
    }
}

void shard::detach(const waiter_ptr& who) {
    std::vector<waiter_ptr>& waiting = who->at->trouble()->waiting;
    const std::size_t index = who->index;
    waiting.back()->index = index;
    std::swap(waiting[index], waiting.back());
    waiting.pop_back();
    let_go(*who);
}

/// All who wait, who from now on wait no more.
std::vector<waiter_ptr> shard::take_waiting(entry& of) {
    std::vector<waiter_ptr> taken;
    if (of.trouble()) {
        taken.swap(of.trouble()->waiting);
    }
    for (const waiter_ptr& each : taken) {
        let_go(*each);
    }
    return taken;
}

/// Its entry has it no more.
void shard::let_go(waiter& who) {
    who.at = nullptr;
    deadlines_.remove(who);
    --waiting_;
}

void shard::wake_all(entry& of, const token_result& with, orders& then) {
    for (waiter_ptr& each : take_waiting(of)) {
        then.wake.push_back({std::move(each), with});
    }
}

// What comes from outside.

void shard::put(const token_key& key, token_ptr fresh, std::shared_ptr<bystander<std::optional<failure>>> author,
                moment now, orders& then) {
    entry* known = find(view_of(key));
    entry& of = known != nullptr ? *known : insert(key, then);
    drop_flight(of, then);
    ++of.generation;
    const flight_ptr made = launch(of, flight::stage::committing, now, then);
    made->author = std::move(author);
    made->fresh = std::move(fresh);
    made->generation = of.generation;
    made->overriding = true;
}

void shard::invalidate(const key_view& key, const token_ptr& refused, bool distrust, moment now, orders& then) {
    entry* of = find(key);
    if (of == nullptr || !refused || !of->held ||
        (of->held != refused && !(of->held->access_token == refused->access_token))) {
        return;
    }
    if (of->flying() && of->trouble()->flying->author) {
        of->invalidated = true;  // and no more: a login is on its way, to which this says nothing
        return;
    }
    if (distrust && !of->invalidated) {  // a second caller with the same 401 says nothing new
        ++of->generation;
    }
    of->invalidated = true;
    const schedule_rules rules = rules_of(*of);
    of->can_refresh = is_refreshable(*of->held, rules);
    if (!of->can_refresh && !refreshes_elsewhere(*of)) {
        failure why = cache_failure(errc::invalid_token, "token", of->home(), "log in again");
        end(*of, why, now, then);
        if (!closed_) {
            // The store is told, so that nobody takes it up again.
            launch(*of, flight::stage::settling, now, then)->refusal = std::move(why);
        }
        return;
    }
    if (of->can_refresh) {
        of->stale_at = std::max(now.steady, earliest_refresh(*of->held, rules, now));
    }
    go_on(*of, now, then);
}

erasure shard::erase(const key_view& key, std::uint64_t since, orders& then) {
    entry* of = find(key);
    if (of == nullptr) {
        return {};
    }
    const erasure done{of->version == since && !under_way(key, until::written), of->held != nullptr};
    if (done.done) {
        forget(*of, cache_failure(errc::no_token, "token", of->home()), then);
    }
    return done;
}

bool shard::take_up(const token_key& key, const stored_token& what, std::chrono::milliseconds spread, moment now,
                    orders& then) {
    if (closed_ || find(view_of(key)) != nullptr || entries_.size() >= most_entries_) {
        return false;
    }
    entry& of = insert(key, then);
    take(of, what, now, then);
    if (of.can_refresh && of.stale_at <= now.steady) {
        of.stale_at = now.steady + std::chrono::duration_cast<std::chrono::nanoseconds>(spread * chance());
        of.told_expired = of.expires_at <= now.steady;  // it did not end under our eyes, and will soon be refreshed
    }
    schedule(of, now.steady);
    return true;
}

void shard::close(const failure& why, moment now, orders& then) {
    closed_ = true;
    for (entry* each : entries_) {
        wake_all(*each, why, then);
        due_.remove(*each);
        if (each->unsaved() && !each->flying()) {
            begin_commit(*each, now, then);
        }
    }
}

void shard::abandon(std::vector<waiter_ptr>& callers, std::vector<flight_ptr>& flights) {
    closed_ = true;
    strands_.release();
    for (entry* each : entries_) {
        std::ranges::move(take_waiting(*each), std::back_inserter(callers));
        if (each->flying()) {
            flights.push_back(each->trouble()->flying);
            land(*each, flights.back());
        }
    }
}

void shard::count_into(cache_statistics& total) const {
    total.entries += entries_.size();
    total.waiting += waiting_;
    total.unsaved += unsaved_;
    total.hits += hits_;
    total.misses += asked_;
    total.loads += loads_;
    total.refreshes += refreshes_;
    total.refresh_failures += refresh_failures_;
    total.adopted += adopted_;
    total.evictions += evictions_;
    total.store_failures += store_failures_;
}

}  // namespace coauth::cache
