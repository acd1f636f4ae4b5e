#pragma once

#include "cache/cache_failure.hpp"

#include <coauth/cache/token_key.hpp>
#include <coauth/core/error.hpp>

#include <optional>
#include <string>

namespace coauth::cache {

/// The last key of the page that named `after` as its next; nothing for the beginning. Throws `errc::invalid_argument`
/// where it is neither.
[[nodiscard]] inline std::optional<token_key> end_of_page(const std::string& after) {
    std::optional<token_key> key = token_key::from_canonical(after);
    if (!key && !after.empty()) {
        throw error{cache_failure(errc::invalid_argument, "scan", {},
                                  "this is not where a page of the store ends; pass `next` of the page before, or "
                                  "nothing")};
    }
    return key;
}

}  // namespace coauth::cache
