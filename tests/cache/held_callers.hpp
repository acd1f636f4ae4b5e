#pragma once

#include <coauth/http/awaitable.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace coauth::test {

/// Where coroutines are held until the test lets them go, each on its own executor. Threads: any.
class held_callers {
public:
    /// Until it is let go.
    awaitable<void> wait() {
        const executor home = co_await boost::asio::this_coro::executor;
        const auto begin = [this, home](auto handler) {
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            const std::scoped_lock lock{mutex_};
            held_.push_back([home, shared] { boost::asio::post(home, std::move(*shared)); });
        };
        co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(begin,
                                                                                           boost::asio::use_awaitable);
    }

    void let_go() {
        for (const auto& each : taken()) {
            each();
        }
    }

    /// One of them, counted from the one who is held longest; the others are held on.
    void let_go_one(std::size_t which) {
        std::function<void()> one;
        {
            const std::scoped_lock lock{mutex_};
            const auto at = held_.begin() + static_cast<std::ptrdiff_t>(which);
            one = std::move(*at);
            held_.erase(at);
        }
        one();
    }
    void let_go_first() { let_go_one(0); }

    /// Those who are held are never let go.
    void forget() { (void)taken(); }

    [[nodiscard]] std::size_t size() const {
        const std::scoped_lock lock{mutex_};
        return held_.size();
    }

private:
    std::vector<std::function<void()>> taken() {
        const std::scoped_lock lock{mutex_};
        return std::exchange(held_, {});
    }

    mutable std::mutex mutex_;
    std::vector<std::function<void()>> held_;
};

}  // namespace coauth::test
