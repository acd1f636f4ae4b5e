#pragma once

#include <coauth/core/error.hpp>
#include <coauth/http/awaitable.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <utility>

namespace coauth::cache {

/// A caller who waits for work that is not its own; resumed once, on its executor.
template <class T>
class bystander {
public:
    using completion = boost::asio::any_completion_handler<void(std::exception_ptr, T)>;

    bystander(const executor& home, completion handler)
        : home_{boost::asio::prefer(home, boost::asio::execution::outstanding_work.tracked)} {
        handler_.swap(handler);  // its move assignment recurses without end in Boost 1.81
    }

    void resume(std::exception_ptr thrown, T value) {
        if (resumed_.exchange(true)) {
            return;
        }
        const executor home = std::exchange(home_, {});
        boost::asio::post(home, [handler = std::move(handler_), thrown, value = std::move(value)]() mutable {
            if (auto slot = boost::asio::get_associated_cancellation_slot(handler); slot.is_connected()) {
                slot.clear();
            }
            std::move(handler)(thrown, std::move(value));
        });
    }

    void cancel() {
        failure why;
        why.code = errc::cancelled;
        resume(std::make_exception_ptr(error{std::move(why)}), T{});
    }

private:
    executor home_;
    completion handler_;
    std::atomic<bool> resumed_{false};
};

/// Runs `work` on `where` to its end, and awaits it; a caller who is cancelled waits no longer, and the work goes on.
template <class T>
awaitable<T> detached(executor where, awaitable<T> work) {
    const executor home = co_await boost::asio::this_coro::executor;
    const auto begin = [](auto handler, executor on, awaitable<T> what, executor back) {
        // Of the completion and not of what it wraps: it keeps something of its own in that one's slot.
        typename bystander<T>::completion done{std::move(handler)};
        auto slot = boost::asio::get_associated_cancellation_slot(done);
        const auto caller = std::make_shared<bystander<T>>(back, std::move(done));
        if (slot.is_connected()) {
            slot.assign([weak = std::weak_ptr{caller}](boost::asio::cancellation_type type) {
                if (const auto waits = weak.lock(); waits && type != boost::asio::cancellation_type::none) {
                    waits->cancel();
                }
            });
        }
        boost::asio::co_spawn(on, std::move(what), [caller](std::exception_ptr thrown, T value) {
            caller->resume(thrown, std::move(value));
        });
    };
    using signature = void(std::exception_ptr, T);
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, signature>(
        begin, boost::asio::use_awaitable, std::move(where), std::move(work), home);
}

}  // namespace coauth::cache
