#pragma once

// Boost 1.81's Asio uses std::exchange without this header; it has to come first, and this is the one place for it.
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <utility>

namespace coauth {

/// What every operation that waits returns: `co_await` it from a coroutine of Asio's, or start it with
/// `boost::asio::co_spawn(executor, operation, completion_token)`.
template <class T>
using awaitable = boost::asio::awaitable<T>;

/// Where work is done: an `io_context`'s, a strand's, a `thread_pool`'s.
using executor = boost::asio::any_io_executor;

}  // namespace coauth
