#pragma once

#include "cache/due_heap.hpp"

#include <coauth/cache/token_cache.hpp>
#include <coauth/core/error.hpp>
#include <coauth/http/awaitable.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/execution_context.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <variant>

namespace coauth::cache {

struct entry;

/// What a caller gets.
using token_result = std::variant<token_ptr, failure>;

/// A caller that waits for a token, until it is resumed once: with the token, a failure, at its deadline, or cancelled.
class waiter : public due_node {
public:
    using completion = boost::asio::any_completion_handler<void(std::exception_ptr, token_ptr)>;

    waiter(const executor& home, completion handler);

    /// Resumes the caller on its own executor, never from within. Once, by whoever took it from its entry.
    void resume(token_result with);

    /// Whether its context is another than this one, which ends.
    [[nodiscard]] bool lives_on(const boost::asio::execution_context& ending) const;

    // The shard's, under its mutex.
    entry* at = nullptr;    ///< Where it waits; null: not any more.
    std::size_t index = 0;  ///< Among those who wait there.

private:
    executor home_;
    completion handler_;
};

using waiter_ptr = std::shared_ptr<waiter>;

}  // namespace coauth::cache
