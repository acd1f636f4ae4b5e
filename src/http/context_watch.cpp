#include "http/context_watch.hpp"

#include "http/pool_core.hpp"

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

    void add(std::weak_ptr<pool_core> pool) {
        const std::scoped_lock lock{mutex_};
        std::erase_if(pools_, [](const auto& known) { return known.expired(); });
        pools_.push_back(std::move(pool));
    }

private:
    void shutdown() override {
        std::vector<std::weak_ptr<pool_core>> pools;
        {
            const std::scoped_lock lock{mutex_};
            pools.swap(pools_);
        }
        for (const auto& pool : pools) {
            if (const auto alive = pool.lock()) {
                alive->abandon();
            }
        }
    }

    std::mutex mutex_;
    std::vector<std::weak_ptr<pool_core>> pools_;
};

}  // namespace

void end_with_context(const executor& where, std::weak_ptr<pool_core> pool) {
    asio::use_service<context_watch>(asio::query(where, asio::execution::context)).add(std::move(pool));
}

}  // namespace coauth::http
