#pragma once

#include <coauth/cache/cache_event.hpp>
#include <coauth/cache/cache_options.hpp>
#include <coauth/cache/token_key.hpp>
#include <coauth/cache/token_store.hpp>
#include <coauth/flow/client.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace coauth {

/// A token that is shared and does not change. A new one takes its place in the cache; who holds the old one keeps it.
using token_ptr = std::shared_ptr<const token>;

/// What a cache holds and has done.
struct cache_statistics {
    std::size_t entries = 0;             ///< Keys that are held.
    std::size_t waiting = 0;             ///< Callers that wait.
    std::size_t refreshing = 0;          ///< Requests under way at providers.
    std::size_t queued = 0;              ///< Refreshes that wait for their turn.
    std::size_t unsaved = 0;             ///< Tokens that the store has not taken yet.
    std::uint64_t hits = 0;              ///< `get` that did not wait.
    std::uint64_t misses = 0;            ///< `get` that waited or failed.
    std::uint64_t loads = 0;             ///< Keys that were looked for in the store.
    std::uint64_t refreshes = 0;         ///< Requests that were sent to providers.
    std::uint64_t refresh_failures = 0;  ///< Of these, that brought no token.
    std::uint64_t adopted = 0;           ///< Newer tokens that were found in the store: another process refreshed.
    std::uint64_t evictions = 0;         ///< Tokens dropped from memory beyond `cache_options::max_entries`.
    std::uint64_t store_failures = 0;    ///< Operations that the store failed at.
};

/// Tokens that stay fresh: gives one that is good now, and refreshes each once, whoever asks, ahead of its end.
///
/// A token is *fresh*, and handed out; or *stale*, inside its window, and handed out while one refresh runs behind; or
/// *expired*, and its callers wait for that one refresh. A refresh belongs to the cache and not to a caller: it goes on
/// whether or not anybody waits. What the provider issued is in the store before anybody sees it; if the store fails,
/// it is held and handed out, and the commit is tried until it holds.
///
/// What is said here holds for every awaitable below.
/// - It throws `coauth::error` and nothing else but `std::bad_alloc`.
/// - Cancellation (terminal, partial or total) ends the caller's waiting with `errc::cancelled`, and nothing else: the
///   work goes on. A deadline ends it with `errc::timeout`.
/// - Arguments are taken by value, so temporaries and braces are safe in a `co_await` expression.
///
/// Threads: any, any strand; a caller resumes on its own executor, and does not suspend for a token that is at hand.
/// Lifetime: `close` has to be awaited, or the executor's threads stopped, before the transports of the served clients
/// die. A cache that holds tokens has a timer running, so its context does not run out of work until it is closed.
class token_cache {
public:
    /// Works on `where`; a context that many threads run is fine. `store` must not be null. Throws
    /// `errc::invalid_argument` for options that make no sense.
    token_cache(executor where, std::shared_ptr<token_store> store, cache_options options = {});

    /// As `close`, without waiting: whoever waits gets `errc::shut_down`, refreshes that were sent end and are
    /// committed for as long as the executor runs.
    ~token_cache();

    token_cache(const token_cache&) = delete;
    token_cache& operator=(const token_cache&) = delete;

    /// Has the client refresh the tokens of its provider and client id; again: it takes the former one's place. Before
    /// that, such tokens can be put and got, but not refreshed or revoked.
    void serve(client served);

    /// A token that is good now. Throws what the refresh did: `needs_login` errors once only a new login helps,
    /// `errc::no_token` where nothing is kept, a failure that was remembered while the cache pauses after it (see
    /// `retry_after`), class store where the store does not answer, and `errc::invalid_argument` for a key without a
    /// client id if none or several clients are served. A timeout of zero or less takes what is at hand. What is at
    /// hand is looked up by the call itself, not only when its result is awaited; the key need not outlive the call.
    [[nodiscard]] awaitable<token_ptr> get(const token_key& key);

    /// The same with a limit of its own, in the place of `cache_options::get_timeout`.
    [[nodiscard]] awaitable<token_ptr> get(const token_key& key, std::chrono::milliseconds timeout);

    /// What is at hand without waiting, and has not ended; null otherwise. Starts nothing and counts as no use.
    [[nodiscard]] token_ptr peek(const token_key& key) const;

    /// Takes a token that a login brought, in the place of any other. Returns when the store has it; it is handed out
    /// from then on. Throws class store if the store failed, or did not answer within `cache_options::store_timeout`:
    /// the token is in the cache all the same, and the commit is tried until it holds.
    awaitable<void> put(token_key key, token fresh);

    /// Says that the provider refused this token (a 401): it is handed out no more, nor is what a refresh brings that
    /// was begun before. A no-op if the cache has another by now. Where it cannot be refreshed the login is over; where
    /// only no client of it is served here, callers get `errc::token_expired` until another process has refreshed it.
    void invalidate(const token_key& key, const token_ptr& refused);

    /// A new token now, whatever the old one's age: as `invalidate`, then `get`.
    [[nodiscard]] awaitable<token_ptr> refresh(token_key key);

    /// Forgets the token, in the store too. Whoever waits for it gets `errc::no_token`. True if there was one. What is
    /// being written meanwhile is written first, and erased with the rest; a login that comes afterwards stays. Throws
    /// class store if the store failed: then nothing is forgotten, nor lost, and the call may be repeated.
    awaitable<bool> erase(token_key key);

    /// Ends the token at the provider, then as `erase`. A refresh that is under way ends first, within
    /// `cache_options::get_timeout`, and what it brought is what is revoked. Throws what `client::revoke` does, and
    /// then nothing is forgotten; a token that the provider does not know any more counts as ended. Throws
    /// `errc::no_token` where there is none.
    awaitable<void> revoke(token_key key, parameters arguments = {});

    /// Calls `seen` for each record of the store, damaged ones too, in pages; on the caller's executor. Returns how
    /// many. Throws class store, and what `seen` throws.
    awaitable<std::size_t> for_each(std::function<void(const store_page::item&)> seen);

    /// Takes up every token of the store, so that it is refreshed and watched though nobody asked for it yet; up to
    /// `cache_options::max_entries`. Those that are due are spread over `cache_options::load_window`. Returns how many
    /// were taken up. Not needed for `get`, which looks into the store by itself; may run beside it.
    awaitable<std::size_t> load_all();

    /// Calls `call(token_ptr)`, which returns an awaitable, with a token that is good now; if it throws a failure with
    /// `errc::invalid_token` or HTTP status 401, once more with a new one. Name the lambda first if it captures by
    /// value: g++ 12 miscompiles such a temporary within a `co_await` expression.
    template <class Call>
    [[nodiscard]] std::invoke_result_t<Call&, token_ptr> with_token(token_key key, Call call) {
        return retried(*this, std::move(key), std::move(call));
    }

    /// Begins nothing new, and waits until what was sent has ended and the store has every token, or does not take it
    /// within `cache_options::store_timeout`. Returns how many tokens are lost with this process. Whoever waits gets
    /// `errc::shut_down`, as every later call does but `get` and `peek` of what is at hand.
    awaitable<std::size_t> close();

    /// A snapshot, for metrics; cheap enough for once a second.
    [[nodiscard]] cache_statistics statistics() const;

private:
    class implementation;

    template <class Call>
    static std::invoke_result_t<Call&, token_ptr> retried(token_cache& from, token_key key, Call call) {
        const token_ptr first = co_await from.get(key);
        try {
            co_return co_await call(first);
        } catch (const error& thrown) {
            if (thrown.reason() != errc::invalid_token && thrown.details().http_status != 401) {
                throw;
            }
        }
        from.invalidate(key, first);
        co_return co_await call(co_await from.get(std::move(key)));
    }

    std::shared_ptr<implementation> implementation_;
};

}  // namespace coauth
