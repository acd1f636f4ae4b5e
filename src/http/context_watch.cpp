#include "http/context_watch.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>

#include <mutex>
#include <utility>
#include <vector>

namespace coauth::http {

namespace asio = boost::asio;

namespace {

class context_watch final : public asio::execution_context::service {
public:
    using key_type = context_watch;
    inline static asio::execution_context::id id;

    explicit context_watch(asio::execution_context& context) : service{context} {}

    void add(std::weak_ptr<context_bound> what) {
        const std::scoped_lock lock{mutex_};
        std::erase_if(bound_, [](const auto& known) { return known.expired(); });
        bound_.push_back(std::move(what));
    }

private:
    void shutdown() override {
        std::vector<std::weak_ptr<context_bound>> bound;
        {
            const std::scoped_lock lock{mutex_};
            bound.swap(bound_);
        }
        for (const auto& each : bound) {
            if (const auto alive = each.lock()) {
                alive->abandon();
            }
        }
    }

    std::mutex mutex_;
    std::vector<std::weak_ptr<context_bound>> bound_;
};

}  // namespace

void end_with_context(const executor& where, std::weak_ptr<context_bound> what) {
    asio::use_service<context_watch>(asio::query(where, asio::execution::context)).add(std::move(what));
}

}  // namespace coauth::http
