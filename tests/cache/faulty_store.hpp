#pragma once

#include <coauth/cache/memory_store.hpp>
#include <coauth/cache/token_store.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace coauth::test {

/// A store in memory that fails when it is told to. What it holds outlives the caches over it.
class faulty_store final : public token_store {
public:
    explicit faulty_store(std::shared_ptr<const clock> time) : kept_{std::move(time)} {}

    enum class fate {
        served,
        failed,       ///< Nothing is done.
        answer_lost,  ///< It is done, and fails all the same.
        hung,         ///< Nothing is done, and it ends only by cancellation.
    };

    fate on_load = fate::served;
    fate on_commit = fate::served;
    fate on_lease = fate::served;
    fate on_erase = fate::served;

    std::size_t commits = 0;
    std::size_t loads = 0;

    awaitable<std::optional<stored_token>> load(token_key key) override {
        ++loads;
        co_await suffer(on_load);
        std::optional<stored_token> found = co_await kept_.load(std::move(key));
        lose(on_load);
        co_return found;
    }
    awaitable<std::optional<std::uint64_t>> commit(token_key key, token_record record,
                                                   std::uint64_t expected) override {
        const fate what = on_commit;
        co_await suffer(what);
        ++commits;
        const std::optional<std::uint64_t> version = co_await kept_.commit(std::move(key), std::move(record), expected);
        lose(what);
        co_return version;
    }
    awaitable<bool> try_lease(token_key key, std::string owner, std::chrono::milliseconds time) override {
        co_await suffer(on_lease);
        const bool got = co_await kept_.try_lease(std::move(key), std::move(owner), time);
        lose(on_lease);
        co_return got;
    }
    awaitable<bool> erase(token_key key) override {
        co_await suffer(on_erase);
        const bool had = co_await kept_.erase(std::move(key));
        lose(on_erase);
        co_return had;
    }
    awaitable<store_page> scan(std::string after, std::size_t limit) override {
        return kept_.scan(std::move(after), limit);
    }

private:
    static void broken() {
        failure why;
        why.code = errc::store_full;
        why.step = "store";
        why.detail = "the disk is full";
        throw error{std::move(why)};
    }
    static void lose(fate what) {
        if (what == fate::answer_lost) {
            broken();
        }
    }
    static awaitable<void> suffer(fate what) {
        co_await boost::asio::post(boost::asio::use_awaitable);
        if (what == fate::failed) {
            broken();
        }
        if (what == fate::hung) {
            boost::asio::steady_timer never{co_await boost::asio::this_coro::executor,
                                            boost::asio::steady_timer::time_point::max()};
            co_await never.async_wait(boost::asio::use_awaitable);
        }
    }

    memory_store kept_;
};

}  // namespace coauth::test
