#pragma once

#include <coauth/cache/cache_options.hpp>
#include <coauth/http/awaitable.hpp>

#include <chrono>

namespace coauth::cache {

/// A year: no sum of times overflows.
inline constexpr std::chrono::milliseconds longest_duration = std::chrono::hours{24 * 366};

/// The options with what they leave out. Throws `coauth::error` with `errc::invalid_argument` for what makes no sense.
[[nodiscard]] cache_options checked_options(cache_options options, const executor& where);

}  // namespace coauth::cache
