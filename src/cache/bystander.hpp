#pragma once

#include "http/parked_caller.hpp"

#include <coauth/core/error.hpp>
#include <coauth/http/awaitable.hpp>

#include <boost/asio/execution/context.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <utility>

namespace coauth::cache {

/// A caller who waits for work that is not its own; resumed once, by whoever comes first. `work` is empty where its
/// context has ended.
template <class T>
class bystander : http::parked_caller<T> {
    using parked = http::parked_caller<T>;

public:
    using typename parked::completion;

    bystander(const executor& home, completion handler, const executor& work)
        : parked{home, std::move(handler)},
          elsewhere_{!work || parked::outlives(boost::asio::query(work, boost::asio::execution::context))} {}

    /// A caller on a context of its own outlives the context on which the work was.
    ~bystander() {
        if (elsewhere_) {
            fail(errc::shut_down);
        }
    }

    bystander(const bystander&) = delete;
    bystander& operator=(const bystander&) = delete;

    using parked::on_cancellation;

    void resume(std::exception_ptr thrown, T value) {
        if (!resumed_.exchange(true)) {
            parked::resume(std::move(thrown), std::move(value));
        }
    }

    void fail(errc code) { resume(std::make_exception_ptr(error{failure{.code = code}}), T{}); }

private:
    const bool elsewhere_;
    std::atomic<bool> resumed_{false};
};

/// The caller of an operation that works on `work` and resumes on `home`; if it is cancelled, it waits no longer.
template <class T, class Handler>
std::shared_ptr<bystander<T>> bystander_of(Handler handler, const executor& home, const executor& work) {
    typename bystander<T>::completion done{std::move(handler)};
    auto caller = std::make_shared<bystander<T>>(home, std::move(done), work);
    caller->on_cancellation([weak = std::weak_ptr{caller}] {
        if (const auto waits = weak.lock()) {
            waits->fail(errc::cancelled);
        }
    });
    return caller;
}

}  // namespace coauth::cache
