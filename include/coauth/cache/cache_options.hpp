#pragma once

#include <coauth/cache/cache_event.hpp>
#include <coauth/core/clock.hpp>
#include <coauth/core/random.hpp>
#include <coauth/http/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

namespace coauth {

/// How a `token_cache` works. The defaults suit a server with many accounts; docs/cache.md tells the reason of each.
struct cache_options {
    // When a token is refreshed.

    /// The window before its end in which a token is refreshed, in hundredths of its lifetime: 1 to 90. A provider that
    /// sends `refresh_in` sets the window itself.
    unsigned refresh_ahead = 20;

    /// The window is never shorter than this, but where that is more than half the lifetime.
    std::chrono::seconds least_ahead{30};

    /// The window is never longer than this, nor than half the lifetime.
    std::chrono::seconds most_ahead{3600};

    /// How much earlier than the window a refresh may begin, at random, in hundredths of the window: 0 to 100. Tokens
    /// that were issued together are not refreshed together.
    unsigned jitter = 100;

    /// How long before its end the owner of a token that cannot be refreshed is told, where the profile does not say.
    std::chrono::seconds expiring_threshold{600};

    // What waits, and how long.

    /// How long `get` waits for a token, if the caller does not say.
    std::chrono::milliseconds get_timeout{30'000};

    /// The limit of one request to the provider.
    std::chrono::milliseconds refresh_timeout{30'000};

    /// The limit of one operation of the store. A commit that takes longer has failed, and is tried again.
    std::chrono::milliseconds store_timeout{10'000};

    /// How long a refresh keeps other processes from refreshing the same token: longer than `refresh_timeout` and
    /// twice `store_timeout` together, or it is made so.
    std::chrono::milliseconds lease_time{60'000};

    // Failures.

    /// The pause after a failed refresh, doubled each time, each shortened by up to a half at random; never shorter
    /// than the provider's `Retry-After`. Callers who come meanwhile get the failure.
    std::chrono::milliseconds first_pause{1'000};

    /// The pauses grow no longer than this.
    std::chrono::milliseconds greatest_pause{300'000};

    /// How many refreshes are under way at once at one provider, at least 1; others wait their turn, those first that
    /// somebody waits for.
    std::size_t max_refreshes_per_provider = 32;

    /// After so many failed refreshes in a row at one provider (0: never) none is begun for `circuit_pause`; then a
    /// single one probes.
    std::size_t circuit_failures = 10;

    /// How long a provider is left in peace then, or longer where its `Retry-After` says so.
    std::chrono::milliseconds circuit_pause{15'000};

    // Memory.

    /// More than this many tokens are not held: the least recently used stay in the store alone, and are neither
    /// refreshed nor watched until somebody asks for them. At least 1.
    std::size_t max_entries = 2'000'000;

    /// Over how long `load_all` spreads the refreshes of what it finds due.
    std::chrono::seconds load_window{300};

    // The owner.

    cache_event_handler on_event{};  ///< Empty: nobody is told.
    executor event_executor{};  ///< Where it is called; empty: the cache's own. Give a strand to hear one at a time.

    std::shared_ptr<const coauth::clock> clock{};   ///< Null: the machine's.
    std::shared_ptr<const random_source> random{};  ///< For jitter and the name of the leases' owner; null: OpenSSL's.
};

}  // namespace coauth
