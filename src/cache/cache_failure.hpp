#pragma once

#include <coauth/cache/token_key.hpp>
#include <coauth/core/error.hpp>

#include <string>
#include <utility>

namespace coauth::cache {

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
