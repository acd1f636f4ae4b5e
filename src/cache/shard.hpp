#pragma once

#include "cache/clients.hpp"
#include "cache/due_calendar.hpp"
#include "cache/due_heap.hpp"
#include "cache/entry.hpp"
#include "cache/flight.hpp"
#include "cache/provider_gate.hpp"
#include "cache/refresh_schedule.hpp"
#include "core/brief_mutex.hpp"
#include "core/memory_line.hpp"
#include "http/shared_strands.hpp"

#include <coauth/cache/cache_event.hpp>
#include <coauth/cache/cache_options.hpp>
#include <coauth/cache/token_cache.hpp>
#include <coauth/cache/token_store.hpp>

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <optional>
#include <random>
#include <variant>
#include <vector>

namespace coauth::cache {

/// What a shard wants done. It decides under its mutex; this is carried out without.
struct orders {
    struct waking {
        waiter_ptr who;
        token_result with;
    };
    struct leaving {
        flight_ptr who;
        provider_gate::outcome how;
        std::optional<std::chrono::seconds> retry_after;
    };

    enum class task {
        begin,      ///< What its stage says.
        promote,    ///< Somebody waits by now.
        erase,      ///< What it wrote after it had been erased.
        give_back,  ///< The store's lease.
        cut,        ///< What it asks of the store.
    };
    struct step {
        task what;
        flight_ptr who;
    };
    struct report {
        flight_ptr who;
        std::optional<failure> why;  ///< Why the store has not got it.
    };

    boost::container::small_vector<step, 2> steps;
    boost::container::small_vector<leaving, 1> leave;  ///< The provider's gate.
    boost::container::small_vector<waking, 1> wake;
    std::vector<report> tell_author;  ///< Of a login: its commit has ended.
    boost::container::small_vector<cache_event, 1> tell;
    boost::container::small_vector<token_ptr, 2> discard;  ///< Tokens that die without the mutex being held.
};

/// What a store said to a refresh before it asks the provider.
struct consultation {
    bool leased = false;
    std::optional<stored_token> stored;
    std::optional<failure> failed;  ///< Set: it did not say the rest.
};

/// How a commit ended.
struct commit_outcome {
    std::uint64_t version = 0;          ///< Not 0: the store has it.
    std::optional<stored_token> other;  ///< It lost: this is what the store has; absent: nothing any more.
};

/// What came of forgetting a key.
struct erasure {
    bool done = true;   ///< False: the store is to erase it once more.
    bool held = false;  ///< There was a token.
};

template <class T>
using outcome = std::variant<T, failure>;

/// A part of a cache's entries, and what becomes of them: events in, orders out, no I/O. All under one mutex, which is
/// held for decisions only.
class shard {
public:
    shard(std::size_t number, http::shared_strands strands, const cache_options& options, const clients& served,
          std::size_t most_entries, std::uint32_t seed);
    ~shard();

    shard(const shard&) = delete;
    shard& operator=(const shard&) = delete;

    /// A key with its hash, which is computed once.
    struct hashed_key {
        key_view key;
        std::size_t hash;
    };

    struct at_hand {
        token_ptr token;   ///< Null: nothing that may be handed out.
        bool due = false;  ///< It is stale, and `nudge` is to be called.
    };
    [[nodiscard]] at_hand look_up(const hashed_key& key, clock::steady_time now);
    [[nodiscard]] token_ptr peek(const hashed_key& key, clock::steady_time now) const;

    brief_mutex& mutex() const noexcept { return mutex_; }

    // What follows is called under the mutex.

    /// The token is stale: its refresh begins, unless it has.
    void nudge(const key_view& key, moment now, orders& then);

    /// A caller who found nothing at hand: gets what there is by now, or waits.
    void ask(const token_key& key, const waiter_ptr& who, clock::steady_time deadline, moment now, orders& then);
    /// A caller who waits for the end of what is under way, whatever is at hand; woken at once if nothing is.
    void join(const token_key& key, until when, const waiter_ptr& who, clock::steady_time deadline, orders& then);
    void cancel(const waiter_ptr& who, orders& then);

    void let_in(const flight_ptr& which, moment now, orders& then);
    void turned_away(const flight_ptr& which, failure why, moment now, orders& then);
    void loaded(const flight_ptr& which, outcome<std::optional<stored_token>> found, moment now, orders& then);
    void consulted(const flight_ptr& which, const consultation& said, moment now, orders& then);
    void answered(const flight_ptr& which, outcome<token_ptr> issued, moment now, orders& then);
    void settled(const flight_ptr& which, outcome<commit_outcome> done, moment now, orders& then);
    /// Its work threw what it should not: there is no memory, say.
    void broke(const flight_ptr& which, failure why, moment now, orders& then);

    /// Whether what it writes is wanted still.
    [[nodiscard]] bool wanted(const flight_ptr& which) const noexcept { return which->home != nullptr; }

    void committed(const flight_ptr& which, outcome<commit_outcome> done, moment now, orders& then);

    /// A login's token: it is shown once the store has it, or has failed; whatever is under way is dropped for it.
    void put(const token_key& key, token_ptr fresh, std::shared_ptr<bystander<std::optional<failure>>> author,
             moment now, orders& then);

    /// `distrust`: what a refresh brings that is under way is not handed out either.
    void invalidate(const key_view& key, const token_ptr& refused, bool distrust, moment now, orders& then);

    /// Forgets the key, which the store has erased since its version was `since`. Not if something was written
    /// meanwhile, or is being written: then the store may have it again.
    [[nodiscard]] erasure erase(const key_view& key, std::uint64_t since, orders& then);

    /// A client is served that was not before.
    void reconsider(const std::string& provider, const std::string& client_id, moment now);

    /// A record that was read without being asked for; a refresh that is due begins within `spread`.
    bool take_up(const token_key& key, const stored_token& what, std::chrono::milliseconds spread, moment now,
                 orders& then);

    /// The token of the key, whatever its state, and its version; null where none is held.
    [[nodiscard]] token_ptr held(const key_view& key) const;

    /// The same, if the store has not taken it yet.
    [[nodiscard]] token_ptr unsaved(const key_view& key) const;

    /// What the store had under the key when it was last asked; 0: nothing that is known here.
    [[nodiscard]] std::uint64_t version(const key_view& key) const;

    [[nodiscard]] bool under_way(const key_view& key, until when) const;

    /// Does what has fallen due, at most so many things. False if there is more.
    bool sweep(moment now, orders& then);
    [[nodiscard]] clock::steady_time next_due() const noexcept {
        return closed_ ? deadlines_.earliest() : std::min(due_.earliest(), deadlines_.earliest());
    }

    /// Whoever waits gets `why`; nothing new is begun from now on, but commits, which are all begun now.
    void close(const failure& why, moment now, orders& then);

    /// Takes out all callers, without resuming them, all that is under way, and every executor.
    void abandon(std::vector<waiter_ptr>& callers, std::vector<flight_ptr>& flights);

    void count_into(cache_statistics& total) const;
    [[nodiscard]] std::size_t unsaved() const noexcept { return unsaved_; }

private:
    struct entry_hash {
        using is_transparent = void;
        std::size_t operator()(const entry* what) const noexcept { return hash_of(what->view()); }
        std::size_t operator()(const hashed_key& key) const noexcept { return key.hash; }
    };
    struct entry_equal {
        using is_transparent = void;
        bool operator()(const entry* left, const entry* right) const noexcept { return left == right; }
        bool operator()(const hashed_key& left, const entry* right) const noexcept { return left.key == right->view(); }
        bool operator()(const entry* left, const hashed_key& right) const noexcept { return left->view() == right.key; }
    };

    [[nodiscard]] entry* find(const key_view& key) const;
    entry& insert(const token_key& key, orders& then);
    void remove(entry& what, orders& then);
    void forget(entry& of, const failure& why, orders& then);
    void evict(const entry& but, orders& then);
    [[nodiscard]] realm_ptr realm_of(const token_key& key);

    flight_ptr launch(entry& of, flight::stage first, moment now, orders& then);
    void land(entry& of, const flight_ptr& which);
    void drop_flight(entry& of, orders& then);
    void pass_on(const flight_ptr& which, provider_gate::outcome how, const failure* why, orders& then);
    void give_lease_back(const flight_ptr& which, orders& then);

    void begin_refresh(entry& of, moment now, orders& then);
    void begin_commit(entry& of, moment now, orders& then);
    void hold(entry& of, token_ptr fresh, moment now);
    void take(entry& of, const stored_token& what, moment now, orders& then);
    void adopt(entry& of, const stored_token& what, moment now, orders& then);
    void publish(entry& of, const flight& by, std::uint64_t version, moment now, orders& then);
    void keep_unsaved(entry& of, const flight& by, const failure& why, moment now, orders& then);
    void saved(entry& of, std::uint64_t version, orders& then);
    void nothing_to_commit(entry& of);
    void store_failed(entry& of, const failure& why, moment now, orders& then);
    void poll_later(entry& of, moment now);
    void finish(entry& of, const flight& by, moment now, orders& then);
    void settle_without_load(entry& of, const failure& why, orders& then);
    void gone(entry& of, orders& then);
    void fail(entry& of, failure why, moment now, orders& then);
    void end(entry& of, failure why, moment now, orders& then);
    [[nodiscard]] bool refreshes_elsewhere(const entry& of) const;
    [[nodiscard]] failure expired(const entry& of) const;
    void go_on(entry& of, moment now, orders& then);
    void park(entry& at, const waiter_ptr& who, clock::steady_time deadline, orders& then);
    void wake_all(entry& of, const token_result& with, orders& then);
    [[nodiscard]] std::vector<waiter_ptr> take_waiting(entry& of);
    void detach(const waiter_ptr& who);
    void let_go(waiter& who);
    void calm(entry& of);
    [[nodiscard]] bool look_again(entry& of, moment now, orders& then);
    void schedule(entry& of, clock::steady_time now);
    [[nodiscard]] clock::steady_time expiring_at(const entry& of) const;
    void entry_due(entry& of, moment now, orders& then);
    void deadline_passed(due_node& of, moment now, orders& then);
    void flight_overdue(flight& which, moment now, orders& then);
    void waiter_overdue(waiter& late, orders& then);

    [[nodiscard]] const std::shared_ptr<const served_client>& served_of(const entry& of) const;
    [[nodiscard]] schedule_rules rules_of(const entry& of) const;
    [[nodiscard]] bool may_wait(entry& of, moment now, orders& then, std::optional<failure>& instead);
    void tell(cache_event_kind what, const entry& of, clock::steady_time now, const failure* why, orders& then) const;
    double chance() { return std::uniform_real_distribution<double>{}(random_); }

    const std::size_t number_;
    http::shared_strands strands_;  ///< Of flights.
    const cache_options& options_;
    const clients& clients_;
    const std::size_t most_entries_;

    // What a look-up writes, and beside it what a look-up reads: two lines of memory in all, of which the second may
    // stay with every core for as long as no entry comes or goes.
    alignas(2 * memory_line) mutable brief_mutex mutex_;
    std::uint64_t hits_ = 0;
    std::uint32_t uses_ = 0;
    alignas(memory_line) boost::unordered_flat_set<entry*, entry_hash, entry_equal> entries_;

    // Of the entries: they are many and alike, so that what malloc keeps beside each block would count.
    alignas(memory_line) std::pmr::unsynchronized_pool_resource memory_{
        {.max_blocks_per_chunk = 256, .largest_required_pool_block = 256}};
    std::map<token_key, realm_ptr, key_less> realms_;
    std::size_t purge_realms_at_ = 64;
    due_calendar due_;    ///< The entries.
    due_heap deadlines_;  ///< What is under way. They are few, and soon.
    std::minstd_rand random_;
    std::size_t waiting_ = 0;
    std::size_t unsaved_ = 0;
    std::uint64_t flights_ = 0;
    std::uint64_t asked_ = 0;
    std::uint64_t loads_ = 0;
    std::uint64_t refreshes_ = 0;
    std::uint64_t refresh_failures_ = 0;
    std::uint64_t adopted_ = 0;
    std::uint64_t evictions_ = 0;
    std::uint64_t store_failures_ = 0;
    bool closed_ = false;
};

}  // namespace coauth::cache
