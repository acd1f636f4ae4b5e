#pragma once

#include "cache/clients.hpp"
#include "cache/shard.hpp"
#include "cache/waiter.hpp"
#include "core/memory_line.hpp"
#include "http/alarm.hpp"
#include "http/context_watch.hpp"

#include <coauth/cache/cache_options.hpp>
#include <coauth/cache/token_cache.hpp>
#include <coauth/cache/token_store.hpp>
#include <coauth/core/clock.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace coauth::cache {

/// A cache's shards, and what carries out what they want: work at the store and at the providers, one timer, events.
/// Threads: any.
class cache_core : public http::context_bound, public std::enable_shared_from_this<cache_core> {
public:
    cache_core(executor where, std::shared_ptr<token_store> store, cache_options options);

    /// What needs `shared_from_this`; once, before anything else.
    void start();

    void serve(client served);

    /// A token at hand, or null. The hot path: it takes one short lock, and begins the refresh of a stale token.
    [[nodiscard]] token_ptr at_hand(const token_key& key);
    [[nodiscard]] token_ptr peek(const token_key& key) const;

    /// A caller that found nothing at hand; or one that waits for the end of what is under way for the key, whatever is
    /// at hand: it gets what comes of it.
    void wait(const token_key& key, until what, std::chrono::milliseconds limit, const executor& home,
              waiter::completion handler);
    [[nodiscard]] bool under_way(const token_key& key, until what);

    /// The version that the store is known to have; and what forgets the key, unless that has changed meanwhile.
    [[nodiscard]] std::uint64_t version_of(const token_key& key);
    [[nodiscard]] erasure forget(const token_key& key, std::uint64_t since);

    [[nodiscard]] token_key completed(const token_key& key) const;
    [[nodiscard]] std::chrono::milliseconds get_timeout() const noexcept { return options_.get_timeout; }
    [[nodiscard]] const executor& where() const noexcept { return where_; }
    [[nodiscard]] moment now() const { return {clock_->steady_now(), clock_->now()}; }

    /// `distrust`: what a refresh brings that is under way is not handed out either.
    void invalidate(const token_key& key, const token_ptr& refused, bool distrust);
    [[nodiscard]] token_ptr held(const token_key& key);
    void check_refreshable(const token_key& key, const token& what) const;

    /// Takes a login's token, and tells its author once the commit has ended.
    void put(const token_key& key, token_ptr fresh, std::shared_ptr<bystander<std::optional<failure>>> author);

    /// Throws `errc::shut_down` once the cache is closed.
    void check_open() const;

    // Work that its caller awaits, but that does not end with the caller's patience.
    static awaitable<bool> erase_stored(std::shared_ptr<cache_core> self, token_key key);
    static awaitable<void> revoke_once(std::shared_ptr<cache_core> self, token_key key, token_ptr what,
                                       parameters arguments);
    static awaitable<std::size_t> load_all(std::shared_ptr<cache_core> self);

    /// The key's token: what the store has, for another process may have refreshed it, unless what is held here is
    /// newer. Null where there is none.
    static awaitable<token_ptr> latest(std::shared_ptr<cache_core> self, token_key key);

    /// A page of the store, whose failures are all of class store.
    static awaitable<store_page> scan(std::shared_ptr<token_store> from, std::string after, std::size_t limit);

    [[nodiscard]] const std::shared_ptr<token_store>& store() const noexcept { return store_; }

    /// Begins nothing new; whoever waits gets `errc::shut_down`.
    void close() noexcept;

    void abandon() noexcept override;

    /// After `close`: resumes the caller once nothing is under way, or when that has taken too long.
    void when_still(const executor& home, waiter::completion handler);
    [[nodiscard]] std::size_t unsaved() const;

    [[nodiscard]] cache_statistics statistics() const;

private:
    using strand_work = awaitable<void> (*)(std::shared_ptr<cache_core>, flight_ptr);

    [[nodiscard]] shard& shard_of(std::size_t hash) const noexcept { return *shards_[(hash >> 32) % shards_.size()]; }

    /// Lets the shard decide, then does what it wants.
    template <class Change>
    void change(shard& where, Change&& what_happened) {
        orders then;
        clock::steady_time next;
        {
            const std::scoped_lock lock{where.mutex()};
            what_happened(where, then);
            next = where.next_due();
        }
        if (!still_) {
            alarm_->note(next);
        }
        carry_out(then);
    }
    template <class Change>
    void change(const token_key& key, Change&& what_happened) {
        change(shard_of(hash_of(view_of(key))), std::forward<Change>(what_happened));
    }
    template <class Change>
    void report(const flight_ptr& which, Change&& what_happened) {
        change(*shards_[which->shard], std::forward<Change>(what_happened));
    }

    void carry_out(orders& then);
    void carry_out(const orders::step& one);
    void begin(const flight_ptr& which);
    void run(const flight_ptr& which, strand_work work, boost::asio::cancellation_signal* give_up);
    void enter_gate(const flight_ptr& which);
    void leave_gate(const orders::leaving& which);
    void turn_away(const flight_ptr& which);
    void landed();
    void wake_closers(bool late);

    static awaitable<void> load(std::shared_ptr<cache_core> self, flight_ptr which);
    static awaitable<void> consult(std::shared_ptr<cache_core> self, flight_ptr which);
    static awaitable<void> ask(std::shared_ptr<cache_core> self, flight_ptr which);
    static awaitable<void> settle(std::shared_ptr<cache_core> self, flight_ptr which);
    static awaitable<void> commit(std::shared_ptr<cache_core> self, flight_ptr which);
    static awaitable<void> keep_lease(std::shared_ptr<cache_core> self, flight_ptr which);
    static awaitable<void> erase_again(std::shared_ptr<cache_core> self, flight_ptr which);
    static awaitable<void> give_lease_back(std::shared_ptr<cache_core> self, flight_ptr which);
    static awaitable<commit_outcome> commit_record(std::shared_ptr<cache_core> self, flight_ptr which);
    [[nodiscard]] std::string owner_of(const flight& which) const;
    [[nodiscard]] bool wanted(const flight_ptr& which);
    static awaitable<std::optional<stored_token>> stored(std::shared_ptr<token_store> in, token_key key);
    [[nodiscard]] std::optional<bool> take_up(const token_key& key, const stored_token& read, std::uint64_t erasures);

    void sweep();

    executor where_;
    const std::shared_ptr<token_store> store_;
    cache_options options_;
    const std::shared_ptr<const coauth::clock> clock_;
    const std::string owner_;  ///< Of the leases: this cache, and no other of any process.
    clients clients_;
    std::vector<std::unique_ptr<shard>> shards_;
    const std::shared_ptr<http::alarm> alarm_;
    // They change with all that is done; what stands above is read by each look-up.
    alignas(memory_line) std::atomic<std::size_t> under_way_{0};
    std::atomic<std::uint64_t> erasures_{0};  ///< Changes under the mutex of the key's shard.
    std::atomic<bool> closed_{false};
    std::atomic<bool> still_{false};  ///< Closed, and whoever awaited that has gone; or the context has.
    std::mutex closers_mutex_;
    std::vector<waiter_ptr> closers_;
    clock::steady_time close_by_ = clock::steady_time::max();
};

}  // namespace coauth::cache
