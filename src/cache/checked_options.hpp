#pragma once

#include <coauth/cache/cache_options.hpp>
#include <coauth/http/awaitable.hpp>

namespace coauth::cache {

/// The options with what they leave out. Throws `coauth::error` with `errc::invalid_argument` for what makes no sense.
[[nodiscard]] cache_options checked_options(cache_options options, const executor& where);

}  // namespace coauth::cache
