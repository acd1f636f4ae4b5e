#include "cache/cache_failure.hpp"
#include "cache/shard.hpp"
#include "core/option_checks.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace coauth::cache {

const std::shared_ptr<const served_client>& shard::served_of(const entry& of) const {
    const realm& shared = of.home();
    if (const std::uint64_t epoch = clients_.epoch(); shared.epoch != epoch) {
        shared.served = clients_.find(shared.provider(), shared.client_id());
        shared.epoch = epoch;
    }
    return shared.served;
}

schedule_rules shard::rules_of(const entry& of) const {
    if (const auto& served = served_of(of)) {
        return served->rules;
    }
    return {false, std::nullopt, options_.expiring_threshold};
}

clock::steady_time shard::expiring_at(const entry& of) const {
    if (of.expires_at == clock::steady_time::max()) {
        return of.expires_at;
    }
    constexpr auto longest = std::chrono::duration_cast<std::chrono::seconds>(longest_duration);
    return of.expires_at - std::clamp(rules_of(of).expiring_threshold, std::chrono::seconds{0}, longest);
}

/// When the entry wants to be looked at next.
void shard::schedule(entry& of, clock::steady_time now) {
    clock::steady_time next = clock::steady_time::max();
    if (of.held && !closed_) {
        const bool failing = of.trouble() && of.trouble()->failures > 0;
        if (!of.told_expired) {
            next = std::min(next, of.expires_at);
        }
        if (!of.told_expiring && !of.told_expired && (!of.can_refresh || failing)) {
            next = std::min(next, expiring_at(of));
        }
        next = std::min(next, of.refresh_at());
    }
    if (next == clock::steady_time::max()) {
        due_.remove(of);
    } else {
        due_.set(of, std::max(next, now));
    }
}

void shard::reconsider(const std::string& provider, const std::string& client_id, moment now) {
    for (entry* each : entries_) {
        if (each->held && each->home().provider() == provider && each->home().client_id() == client_id) {
            const schedule_rules rules = rules_of(*each);
            if (is_refreshable(*each->held, rules) && !each->can_refresh) {
                each->can_refresh = true;
                each->stale_at = schedule_of(*each->held, rules, options_, now, chance()).stale_at;
                schedule(*each, now.steady);
            }
        }
    }
}

void shard::entry_due(entry& of, moment now, orders& then) {
    const bool failing = of.trouble() && of.trouble()->failures > 0;
    if (!of.told_expired && now.steady >= of.expires_at) {
        of.told_expired = true;
        tell(cache_event_kind::expired, of, now.steady, nullptr, then);
    } else if (!of.told_expiring && !of.told_expired && (!of.can_refresh || failing) && now.steady >= expiring_at(of)) {
        of.told_expiring = true;
        tell(cache_event_kind::expiring, of, now.steady, failing && of.trouble()->why ? &*of.trouble()->why : nullptr,
             then);
    }
    if (of.refresh_at() <= now.steady) {
        begin_refresh(of, now, then);
    }
    schedule(of, now.steady);
}

void shard::flight_overdue(flight& which, moment now, orders& then) {
    entry& of = *which.home;
    const flight_ptr self = of.trouble()->flying;
    failure why = cache_failure(errc::store_failed, "store", of.home(), "the store did not answer in time");
    then.steps.push_back({orders::task::cut, self});
    if (which.at == flight::stage::committing) {
        // It may come through yet: the next attempt will find that.
        committed(self, std::move(why), now, then);
        return;
    }
    if (which.at == flight::stage::settling) {
        settled(self, std::move(why), now, then);
    } else if (which.at == flight::stage::loading) {
        loaded(self, std::move(why), now, then);
    } else {
        pass_on(self, provider_gate::outcome::unused, nullptr, then);
        land(of, self);
        fail(of, std::move(why), now, then);
    }
}

void shard::waiter_overdue(waiter& late, orders& then) {
    const waiter_ptr who = late.at->trouble()->waiting[late.index];
    failure why =
        cache_failure(errc::timeout, "token", late.at->home(), "no token came in time; what was begun goes on");
    detach(who);
    then.wake.push_back({who, std::move(why)});
}

void shard::deadline_passed(due_node& of, moment now, orders& then) {
    deadlines_.remove(of);
    switch (of.what) {
        case due_node::kind::commit:
            if (entry& owner = *static_cast<unrest::unsaved&>(of).owner; !owner.flying()) {
                begin_commit(owner, now, then);
            }
            break;
        case due_node::kind::waiter:
            waiter_overdue(static_cast<waiter&>(of), then);
            break;
        case due_node::kind::flight:
            flight_overdue(static_cast<flight&>(of), now, then);
            break;
        case due_node::kind::entry:
            break;  // they are in `due_`
    }
}

bool shard::sweep(moment now, orders& then) {
    due_.advance(now.steady);
    for (int done = 0; done < 256; ++done) {
        if (due_.earliest() < deadlines_.earliest()) {
            if (due_node* const next = due_.first(now.steady)) {
                entry_due(static_cast<entry&>(*next), now, then);  // which moves it, or takes it out
                continue;
            }
            return true;
        }
        due_node* const next = deadlines_.first(now.steady);
        if (next == nullptr) {
            return true;
        }
        deadline_passed(*next, now, then);
    }
    return false;
}

void shard::tell(cache_event_kind what, const entry& of, clock::steady_time now, const failure* why,
                 orders& then) const {
    if (!options_.on_event) {
        return;
    }
    cache_event& told = then.tell.emplace_back();
    told.what = what;
    told.key = of.key();
    if (of.expires_at != clock::steady_time::max() && now != clock::steady_time::max()) {
        told.time_left =
            std::max(std::chrono::seconds{0}, std::chrono::floor<std::chrono::seconds>(of.expires_at - now));
    }
    if (why != nullptr) {
        told.why = *why;
    }
}

}  // namespace coauth::cache
