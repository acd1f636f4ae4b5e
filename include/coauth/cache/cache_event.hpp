#pragma once

#include <coauth/cache/token_key.hpp>
#include <coauth/core/error.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

namespace coauth {

/// What happened to a token of the cache. The first five are told once each: again only after a new token came.
enum class cache_event_kind {
    expiring,        ///< A token that cannot be refreshed, or whose refresh fails, ends soon: `time_left`.
    expired,         ///< It has ended, and nothing has taken its place.
    needs_login,     ///< The provider refused to refresh it, or it was refused itself: `why`. Only a new login helps.
    refresh_failed,  ///< A refresh failed: `why`. It is tried again; told for the first failure in a row.
    store_failed,    ///< The store took no commit, or gave no answer: `why`. It is tried again; told for the first in a
                     ///< row. The token is held in memory, and lost if the process ends before the store takes it.
    refreshed,       ///< There is a new token, and the store has it (or `store_failed` was told): `time_left`.
    stored,          ///< After `store_failed`: the store has the token now.
};

/// The name of the value as written above ("needs_login"): for logs and metrics. Static storage.
[[nodiscard]] std::string_view name_of(cache_event_kind value) noexcept;

/// One event, and the token that it is about.
struct cache_event {
    cache_event_kind what{};                          ///< What happened.
    token_key key{};                                  ///< Complete: with its client id.
    std::optional<std::chrono::seconds> time_left{};  ///< Until the token ends; absent where no end was stated.
    std::optional<failure> why{};                     ///< For the four that tell of something bad.
};

/// Called for each event of a cache, on the executor that `cache_options` name. It may call the cache.
using cache_event_handler = std::function<void(const cache_event&)>;

}  // namespace coauth
