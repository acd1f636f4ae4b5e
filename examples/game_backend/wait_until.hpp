#pragma once

#include <coauth/http/awaitable.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace game_backend {

inline coauth::awaitable<void> wait_until(std::chrono::steady_clock::time_point when) {
    const coauth::executor here = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer timer{here, when};
    co_await timer.async_wait(boost::asio::use_awaitable);
}

inline coauth::awaitable<void> wait_for(std::chrono::milliseconds time) {
    return wait_until(std::chrono::steady_clock::now() + time);
}

}  // namespace game_backend
