#pragma once

#include <coauth/cache/token_key.hpp>
#include <coauth/core/error.hpp>

namespace coauth::cache {

/// A failure of a refresh that did not come from the provider.
[[nodiscard]] inline failure refresh_failure(errc code, const token_key& key) {
    failure why;
    why.code = code;
    why.step = "refresh";
    why.provider = key.provider();
    return why;
}

}  // namespace coauth::cache
