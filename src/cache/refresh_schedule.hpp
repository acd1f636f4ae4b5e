#pragma once

#include <coauth/cache/cache_options.hpp>
#include <coauth/core/clock.hpp>
#include <coauth/core/token.hpp>

#include <chrono>
#include <optional>

namespace coauth::cache {

/// Both times of one moment.
struct moment {
    clock::steady_time steady;
    clock::wall_time wall;
};

/// What the schedule has to know of a provider.
struct schedule_rules {
    bool can_refresh = false;
    std::optional<std::chrono::seconds> least_refresh_interval{};
    std::chrono::seconds expiring_threshold{};
};

/// Whether the token can be refreshed at all.
[[nodiscard]] inline bool is_refreshable(const token& what, const schedule_rules& rules) noexcept {
    return rules.can_refresh && what.refresh_token.has_value();
}

/// The times of a token, on the steady clock: the wall clock may be set while the token lives.
struct token_schedule {
    clock::steady_time expires_at = clock::steady_time::max();  ///< The end of time: none was stated.
    clock::steady_time stale_at = clock::steady_time::max();    ///< Its refresh is due; the end of time: it has none.
};

/// `chance` is a random number from 0 to 1.
[[nodiscard]] token_schedule schedule_of(const token& what, const schedule_rules& rules, const cache_options& options,
                                         moment now, double chance);

/// Not before this is the token refreshed, whatever happens: the provider asks for it.
[[nodiscard]] clock::steady_time earliest_refresh(const token& what, const schedule_rules& rules, moment now);

/// The pause after the `failures`th failed attempt in a row, at least 1; without `Retry-After`.
[[nodiscard]] std::chrono::milliseconds pause_after(unsigned failures, std::chrono::milliseconds first,
                                                    std::chrono::milliseconds greatest, double chance);

}  // namespace coauth::cache
