#include "cache/cache_failure.hpp"
#include "cache/shard.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

// How a refresh goes: queued at the provider's gate; the store consulted (lease, then read anew); the provider asked;
// the commit. After a refusal the store is asked whether another process was faster.

namespace coauth::cache {
namespace {

using namespace std::chrono_literals;

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

}  // namespace

// Begin and end.

flight_ptr shard::launch(entry& of, flight::stage first, moment now, orders& then) {
    auto made = std::make_shared<flight>(of, number_, ++flights_, first, strands_);
    made->awaited = of.awaited();
    if (of.unsaved() && of.trouble()->commit.lease != 0) {
        made->lease = of.trouble()->commit.lease;  // it was kept for whoever goes on
    }
    of.in_trouble().flying = made;
    if (first != flight::stage::queued) {
        deadlines_.set(*made, now.steady + options_.store_timeout);
        then.steps.push_back({orders::task::begin, made});
    }
    return made;
}

/// `which` is done, for its entry.
void shard::land(entry& of, const flight_ptr& which) {
    deadlines_.remove(*which);
    which->home = nullptr;
    of.trouble()->flying.reset();
    if (of.unsaved() && of.trouble()->commit.place == due_node::nowhere) {
        deadlines_.set(of.trouble()->commit,
                       clock::steady_time::min());  // it fell due while something else was under way
    }
}

/// What is under way is not for this entry any more; it ends by itself.
void shard::drop_flight(entry& of, orders& then) {
    if (!of.flying()) {
        return;
    }
    const flight_ptr dropped = of.trouble()->flying;
    land(of, dropped);
    if (dropped->at != flight::stage::queued && dropped->at != flight::stage::asking) {
        then.steps.push_back({orders::task::cut, dropped});
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
        then.steps.push_back({orders::task::give_back, which});
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
        settle_without_load(of, cache_failure(errc::no_token, "token", which->key, "log in first"), then);
    }
}

/// Nothing new was found: who has nothing gets `why`, who had something of no use hears why that is so.
void shard::settle_without_load(entry& of, const failure& why, orders& then) {
    if (of.ended) {
        wake_all(of, *of.trouble()->why, then);
    } else if (of.held) {
        wake_all(of, expired(of), then);
    } else {
        forget(of, why, then);
    }
}

/// The store has it no more: somebody erased it.
void shard::gone(entry& of, orders& then) {
    forget(of, cache_failure(errc::no_token, "refresh", of.home()), then);
}

// A refresh.

/// What is due next is for the caller to `schedule`.
void shard::begin_refresh(entry& of, moment now, orders& then) {
    if (closed_) {
        return;
    }
    auto served = served_of(of);
    if (!served) {
        of.can_refresh = false;
        return;
    }
    const flight_ptr made = launch(of, flight::stage::queued, now, then);
    made->served = std::move(served);
    if (made->served->gate->try_enter()) {
        let_in(made, now, then);
    } else {
        then.steps.push_back({orders::task::begin, made});
    }
}

void shard::let_in(const flight_ptr& which, moment now, orders& then) {
    which->let_in = true;
    if (which->home == nullptr || closed_) {
        turned_away(which, cache_failure(errc::shut_down, "refresh", which->key), now, then);
        return;
    }
    which->at = flight::stage::consulting;
    which->version = which->home->version;
    deadlines_.set(*which, now.steady + options_.store_timeout);
    then.steps.push_back({orders::task::begin, which});
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
    deadlines_.remove(*which);
    if (which->home == nullptr || closed_) {
        give_lease_back(which, then);
        turned_away(which, cache_failure(errc::shut_down, "refresh", which->key), now, then);
        return;
    }
    entry& of = *which->home;
    const bool newer = said.stored && said.stored->version != of.version;
    const bool erased = !said.failed && !said.stored && of.version != 0;
    // What a commit wrote whose answer was lost is no other's; and a login takes the place of whatever is there.
    const bool ours = newer && of.unsaved() && is_one_of(of.trouble()->commit.earlier, said.stored->record.value);
    const bool overriding = of.unsaved() && of.trouble()->commit.overriding;
    of.told_store_failed = of.told_store_failed && (said.failed || of.unsaved());
    // A token that the store has not taken yet is the only one that works: a failing store must not end it.
    const bool alone = said.failed && of.unsaved();
    if (alone || (said.leased && !said.failed && ((!newer && !erased) || ours || overriding))) {
        of.version = said.stored ? said.stored->version : erased ? 0 : of.version;
        which->at = flight::stage::asking;
        which->version = of.version;
        which->from = of.held;
        which->generation = of.generation;
        which->overriding = overriding;
        ++refreshes_;
        then.steps.push_back({orders::task::begin, which});
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
        poll_later(of, now);
    }
}

void shard::answered(const flight_ptr& which, outcome<token_ptr> issued, moment now, orders& then) {
    const auto* why = std::get_if<failure>(&issued);
    pass_on(which,
            why != nullptr && is_outage(*why) ? provider_gate::outcome::failed : provider_gate::outcome::answered, why,
            then);
    refresh_failures_ += why != nullptr ? 1 : 0;
    if (which->home == nullptr) {
        // Another login took its place, or it was erased: nobody may have what came. If the store has the refresh token
        // still that was spent for it, nobody may use that: the lease ends with that login's commit, or runs out.
        if (why != nullptr) {
            give_lease_back(which, then);
        }
        return;
    }
    entry& of = *which->home;
    if (why == nullptr) {
        which->fresh = std::get<token_ptr>(std::move(issued));
        which->earlier = of.trouble()->commit.earlier;
        which->at = flight::stage::committing;
        deadlines_.set(*which, now.steady + options_.store_timeout);
        then.steps.push_back({orders::task::begin, which});
        return;
    }
    if (needs_login(*why)) {
        which->refusal = *why;
        which->at = flight::stage::settling;
        deadlines_.set(*which, now.steady + options_.store_timeout);
        then.steps.push_back({orders::task::begin, which});
        return;
    }
    give_lease_back(which, then);
    land(of, which);
    fail(of, std::move(*std::get_if<failure>(&issued)), now, then);
}

void shard::settled(const flight_ptr& which, outcome<commit_outcome> done, moment now, orders& then) {
    deadlines_.remove(*which);
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
        wake_all(of, *of.trouble()->why, then);
    } else {
        end(of, *which->refusal, now, then);
    }
}

void shard::committed(const flight_ptr& which, outcome<commit_outcome> done, moment now, orders& then) {
    // A commit ends the lease. If it failed, the lease is not given back: the store still has the spent refresh token,
    // and nobody else may use it before the next attempt.
    deadlines_.remove(*which);
    const auto* what = std::get_if<commit_outcome>(&done);
    if (which->home == nullptr) {
        if (what != nullptr && what->version != 0 && find(view_of(which->key)) == nullptr) {
            which->version = what->version;
            then.steps.push_back({orders::task::erase, which});  // it came late, and was erased meanwhile
        }
        return;
    }
    entry& of = *which->home;
    land(of, which);
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

}  // namespace coauth::cache
