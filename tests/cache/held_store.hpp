#pragma once

#include "tests/cache/held_callers.hpp"

#include <coauth/cache/memory_store.hpp>
#include <coauth/cache/token_store.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace coauth::test {

/// A store whose loads, commits, erasures or pages can be held; like one with a thread of its own, it does not heed
/// cancellation: what was begun is carried out, however late. For one thread.
class held_store final : public token_store {
public:
    explicit held_store(std::shared_ptr<const clock> time) : kept_{std::move(time)} {}

    bool hold_loads = false;
    bool hold_commits = false;
    bool hold_erasures = false;
    bool hold_scans = false;  ///< Once the page was read.
    bool fail_commits = false;

    [[nodiscard]] std::size_t held() const { return held_.size(); }

    /// What is held is carried out from now on; what comes later is not held.
    void let_go() {
        hold_loads = hold_commits = hold_erasures = hold_scans = false;
        held_.let_go();
    }

    awaitable<std::optional<stored_token>> load(token_key key) override {
        if (hold_loads) {
            co_await released();
        }
        co_return co_await kept_.load(std::move(key));
    }
    awaitable<std::optional<std::uint64_t>> commit(token_key key, token_record record,
                                                   std::uint64_t expected) override {
        if (fail_commits) {
            failure why;
            why.code = errc::store_full;
            throw error{std::move(why)};
        }
        if (hold_commits) {
            co_await released();
        }
        co_return co_await kept_.commit(std::move(key), std::move(record), expected);
    }
    awaitable<bool> try_lease(token_key key, std::string owner, std::chrono::milliseconds time) override {
        return kept_.try_lease(std::move(key), std::move(owner), time);
    }
    awaitable<bool> erase(token_key key) override {
        if (hold_erasures) {
            co_await released();
        }
        co_return co_await kept_.erase(std::move(key));
    }
    awaitable<store_page> scan(std::string after, std::size_t limit) override {
        store_page page = co_await kept_.scan(std::move(after), limit);
        if (hold_scans) {
            co_await released();
        }
        co_return page;
    }

private:
    awaitable<void> released() {
        co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation{});
        co_await held_.wait();
    }

    memory_store kept_;
    held_callers held_;
};

}  // namespace coauth::test
