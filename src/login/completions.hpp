#pragma once

#include "http/shared_strands.hpp"
#include "login/attempt.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <utility>
#include <vector>

namespace coauth::login {

/// A login whose callback has come, on its way through exchange, userinfo and cache.
struct completion {
    completion(attempt_ptr whose, http::strand at) : which{std::move(whose)}, where{std::move(at)} {}

    const attempt_ptr which;
    const http::strand where;  ///< Where it runs, and where alone `give_up` is touched.
    boost::asio::cancellation_signal give_up;
};
using completion_ptr = std::shared_ptr<completion>;

/// All of them. Threads: any.
class completions {
public:
    explicit completions(const executor& where) : strands_{where, strand_count} {}

    completion_ptr add(const attempt_ptr& which) {
        const std::scoped_lock lock{mutex_};
        return *running_.insert(std::make_shared<completion>(which, strands_.of(added_++))).first;
    }

    void remove(const completion_ptr& ended) {
        const std::scoped_lock lock{mutex_};
        running_.erase(ended);
    }

    [[nodiscard]] std::vector<completion_ptr> running() const {
        const std::scoped_lock lock{mutex_};
        return {running_.begin(), running_.end()};
    }

    [[nodiscard]] std::size_t count() const {
        const std::scoped_lock lock{mutex_};
        return running_.size();
    }

    /// The executor's context ends, and they with it.
    void release() noexcept {
        const std::scoped_lock lock{mutex_};
        running_.clear();
        strands_.release();
    }

private:
    /// So many may run at once.
    static constexpr std::size_t strand_count = 64;

    mutable std::mutex mutex_;
    http::shared_strands strands_;
    std::size_t added_ = 0;
    std::unordered_set<completion_ptr> running_;
};

}  // namespace coauth::login
