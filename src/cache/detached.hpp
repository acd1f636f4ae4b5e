#pragma once

#include "cache/bystander.hpp"

#include <coauth/http/awaitable.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace coauth::cache {

/// Runs `work` on `where` to its end, and awaits it; a caller who is cancelled waits no longer, and the work goes on.
template <class T>
awaitable<T> detached(executor where, awaitable<T> work) {
    const executor home = co_await boost::asio::this_coro::executor;
    const auto begin = [](auto handler, executor on, awaitable<T> what, executor back) {
        const auto caller = bystander_of<T>(std::move(handler), back, on);
        boost::asio::co_spawn(on, std::move(what), [caller](std::exception_ptr thrown, T value) {
            caller->resume(thrown, std::move(value));
        });
    };
    using signature = void(std::exception_ptr, T);
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, signature>(
        begin, boost::asio::use_awaitable, std::move(where), std::move(work), home);
}

}  // namespace coauth::cache
