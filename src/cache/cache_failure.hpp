#pragma once

#include <coauth/cache/token_key.hpp>
#include <coauth/core/error.hpp>

#include <string>
#include <utility>

namespace coauth::cache {

/// What to do where a client is missed.
constexpr auto not_served = "no client with this id is served: call token_cache::serve first";

/// A failure that came neither from the provider nor from the store. `key` may be a default one: then it is of no
/// provider.
[[nodiscard]] inline failure cache_failure(errc code, std::string step, const token_key& key, std::string detail = {}) {
    failure why;
    why.code = code;
    why.step = std::move(step);
    why.provider = printable(key.provider());
    why.detail = std::move(detail);
    return why;
}

}  // namespace coauth::cache
