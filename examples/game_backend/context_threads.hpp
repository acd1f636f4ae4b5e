#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <thread>
#include <vector>

namespace game_backend {

/// An `io_context` and the threads that run it.
class context_threads {
public:
    explicit context_threads(unsigned threads) : context_{static_cast<int>(threads)} {
        for (unsigned i = 0; i < threads; ++i) {
            threads_.emplace_back([this] { context_.run(); });
        }
    }
    ~context_threads() { stop(); }

    context_threads(const context_threads&) = delete;
    context_threads& operator=(const context_threads&) = delete;

    [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }

    /// Returns when no thread runs it any more; what is left to do is not done.
    void stop() {
        context_.stop();
        threads_.clear();
    }

private:
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
    std::vector<std::jthread> threads_;
};

}  // namespace game_backend
