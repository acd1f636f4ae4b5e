#pragma once

#include "cache/due_heap.hpp"
#include "http/parked_caller.hpp"

#include <coauth/cache/token_cache.hpp>
#include <coauth/http/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace coauth::cache {

struct entry;

/// What a caller waits for.
enum class until {
    token,    ///< One that may be handed out.
    landed,   ///< Nothing is under way for the key any more.
    written,  ///< Nothing is being written for it any more.
};

/// A caller that waits for a token, until it is resumed once: with the token, a failure, at its deadline, or cancelled;
/// by whoever took it from its entry.
struct waiter final : due_node, http::parked_caller<token_ptr> {
    waiter(const executor& home, completion handler)
        : due_node{kind::waiter}, http::parked_caller<token_ptr>{home, std::move(handler)} {}

    // The shard's, under its mutex.
    entry* at = nullptr;    ///< Where it waits; null: not any more.
    std::size_t index = 0;  ///< Among those who wait there.
};

using waiter_ptr = std::shared_ptr<waiter>;

/// What a caller gets.
using token_result = waiter::result;

}  // namespace coauth::cache
