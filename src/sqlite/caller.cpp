#include "sqlite/caller.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>

#include <unordered_set>
#include <utility>

namespace coauth::sqlite {

namespace asio = boost::asio;

/// Knows the callers of one context, to have them forgotten before it dies.
class caller_watch final : public asio::execution_context::service {
public:
    using key_type = caller_watch;
    inline static asio::execution_context::id id;

    explicit caller_watch(asio::execution_context& context) : service{context} {}

    void add(std::shared_ptr<caller> who) {
        const std::scoped_lock lock{mutex_};
        callers_.insert(std::move(who));
    }
    void remove(const std::shared_ptr<caller>& who) noexcept {
        const std::scoped_lock lock{mutex_};
        callers_.erase(who);
    }

private:
    void shutdown() override {
        std::unordered_set<std::shared_ptr<caller>> callers;
        {
            const std::scoped_lock lock{mutex_};
            callers.swap(callers_);
        }
        for (const auto& each : callers) {
            each->forget();
        }
    }

    std::mutex mutex_;
    std::unordered_set<std::shared_ptr<caller>> callers_;
};

void caller::wait(completion handler, executor home) {
    const std::scoped_lock lock{mutex_};
    auto& watch = asio::use_service<caller_watch>(asio::query(home, asio::execution::context));
    watch.add(shared_from_this());
    handler_.swap(handler);  // Asio 1.81's move assignment calls itself
    home_ = std::move(home);
    watch_ = &watch;
}

void caller::resume(std::exception_ptr thrown) {
    // The lock is held to the end: `forget`, and with it the end of the context, waits for it.
    const std::scoped_lock lock{mutex_};
    if (watch_ == nullptr) {
        return;
    }
    {
        const executor home = std::exchange(home_, {});  // gone before the watch forgets whose it is
        asio::post(home, [handler = std::move(handler_), thrown = std::move(thrown)]() mutable {
            std::move(handler)(std::move(thrown));
        });
    }
    std::exchange(watch_, nullptr)->remove(shared_from_this());
}

void caller::forget() noexcept {
    completion handler;
    executor home;
    {
        const std::scoped_lock lock{mutex_};
        handler.swap(handler_);
        home = std::move(home_);
        watch_ = nullptr;
    }
}

}  // namespace coauth::sqlite
