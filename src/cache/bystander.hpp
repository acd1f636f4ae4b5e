#pragma once

#include <coauth/core/error.hpp>
#include <coauth/http/awaitable.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

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

    bystander(const executor& home, completion handler, const executor& work)
        : elsewhere_{&boost::asio::query(home, boost::asio::execution::context) !=
                     &boost::asio::query(work, boost::asio::execution::context)},
          home_{boost::asio::prefer(home, boost::asio::execution::outstanding_work.tracked)} {
        handler_.swap(handler);  // its move assignment recurses without end in Boost 1.81
    }

    /// A caller on a context of its own outlives the context on which the work was.
    ~bystander() {
        if (!resumed_ && handler_ && elsewhere_) {
            failure why;
            why.code = errc::shut_down;
            resume(std::make_exception_ptr(error{std::move(why)}), T{});
        }
    }

    bystander(const bystander&) = delete;
    bystander& operator=(const bystander&) = delete;

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
    const bool elsewhere_;
    executor home_;
    completion handler_;
    std::atomic<bool> resumed_{false};
};

/// The caller of an operation that works on `work` and resumes on `home`; if it is cancelled, it waits no longer.
template <class T, class Handler>
std::shared_ptr<bystander<T>> bystander_of(Handler handler, const executor& home, const executor& work) {
    // Of the completion and not of what it wraps: it keeps something of its own in that one's slot.
    typename bystander<T>::completion done{std::move(handler)};
    auto slot = boost::asio::get_associated_cancellation_slot(done);
    const auto caller = std::make_shared<bystander<T>>(home, std::move(done), work);
    if (slot.is_connected()) {
        slot.assign([weak = std::weak_ptr{caller}](boost::asio::cancellation_type type) {
            if (const auto waits = weak.lock(); waits && type != boost::asio::cancellation_type::none) {
                waits->cancel();
            }
        });
    }
    return caller;
}

}  // namespace coauth::cache
