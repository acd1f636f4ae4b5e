// What every store does when it is used from several threads, and when it or a caller goes in the middle.
#include "tests/cache/store_contract.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <vector>

using namespace coauth::test;
using coauth::awaitable;
using coauth::token_key;

namespace asio = boost::asio;

namespace {

const token_key ann{"hitkey", "web", "ann"};

/// Counts up the record under `ann` this many times, each time against whoever does the same.
awaitable<void> count_up(coauth::token_store& store, int times) {
    while (times > 0) {
        const std::optional<coauth::stored_token> found = co_await store.load(ann);
        const int count = found ? std::stoi(access_of(found)) : 0;
        coauth::token_record next = record_of(std::to_string(count + 1));
        const std::uint64_t version = found ? found->version : 0;
        const std::optional<std::uint64_t> committed = co_await store.commit(ann, std::move(next), version);
        times -= committed ? 1 : 0;
    }
}

awaitable<void> commit_new(coauth::token_store& store, token_key key, std::shared_ptr<std::atomic<int>> ended) {
    try {
        coauth::token_record record = record_of("at");
        co_await store.commit(std::move(key), std::move(record), 0);
    } catch (const coauth::error& refused) {
        CHECK(refused.reason() == coauth::errc::shut_down);
    }
    ++*ended;
}

token_key numbered(int i) {
    return {"hitkey", "web", std::to_string(i)};
}

}  // namespace

TEST_CASE("two threads that count up one record lose no step") {
    const auto store = new_store();
    asio::thread_pool threads{2};
    std::vector<std::future<void>> done;
    for (int i = 0; i < 4; ++i) {
        done.push_back(asio::co_spawn(threads, count_up(*store, 25), asio::use_future));
    }
    threads.join();
    for (auto& each : done) {
        each.get();
    }
    CHECK(access_of(run(store->load(ann))) == "100");
}

TEST_CASE("a caller resumes on its own strand") {
    const auto store = new_store();
    asio::thread_pool threads{2};
    const auto strand = asio::make_strand(threads);
    const auto ask = [](coauth::token_store& from, decltype(strand) its_strand) -> awaitable<bool> {
        co_await from.load(ann);
        co_return its_strand.running_in_this_thread();
    };
    CHECK(asio::co_spawn(strand, ask(*store, strand), asio::use_future).get());
}

TEST_CASE("a cancelled commit is carried out and told") {
    const auto store = new_store();
    const auto ended = std::make_shared<std::atomic<int>>(0);
    asio::io_context context;
    asio::cancellation_signal cancel;
    asio::co_spawn(context, commit_new(*store, ann, ended),
                   asio::bind_cancellation_slot(cancel.slot(), asio::detached));
    context.poll();
    cancel.emit(asio::cancellation_type::all);
    context.run();
    CHECK(*ended == 1);
    CHECK(access_of(run(store->load(ann))) == "at");
}

TEST_CASE("a store that dies with operations under way ends each of them") {
    auto store = new_store();
    const auto ended = std::make_shared<std::atomic<int>>(0);
    asio::io_context context;
    for (int i = 0; i < 300; ++i) {
        asio::co_spawn(context, commit_new(*store, numbered(i), ended), asio::detached);
    }
    context.poll();
    store.reset();
    context.run();
    CHECK(*ended == 300);
}

TEST_CASE("a context that dies with operations under way leaves nothing behind") {
    const auto store = new_store();
    const auto ended = std::make_shared<std::atomic<int>>(0);
    {
        asio::io_context context;
        for (int i = 0; i < 300; ++i) {
            asio::co_spawn(context, commit_new(*store, numbered(i), ended), asio::detached);
        }
        context.run_for(std::chrono::milliseconds{1});
    }
    CHECK(ended.use_count() == 1);
    run(store->load(ann));
}

TEST_CASE("a store that is owned by its only caller dies with it") {
    std::weak_ptr<coauth::token_store> watched;
    const auto ask = [](std::shared_ptr<coauth::token_store> own) -> awaitable<void> {
        for (int i = 0; i < 100; ++i) {
            co_await own->load(ann);
        }
    };
    {
        asio::io_context context;
        std::shared_ptr<coauth::token_store> store = new_store();
        watched = store;
        asio::co_spawn(context, ask(std::move(store)), asio::detached);
        context.run_for(std::chrono::microseconds{200});
    }
    CHECK(watched.expired());
}
