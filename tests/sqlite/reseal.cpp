#include "tests/sqlite/scratch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <doctest/doctest.h>

#include <vector>

using namespace coauth::test;
using coauth::sqlite_store;
using coauth::token_key;
using coauth::token_seal;

namespace asio = boost::asio;

namespace {

token_key numbered(int i) {
    return {"hitkey", "web", "account " + std::to_string(i)};
}

constexpr int records = 250;  // more than are resealed at once

void fill(const std::string& path, const token_seal& seal) {
    sqlite_store store{path, seal};
    asio::io_context context;
    for (int i = 0; i < records; ++i) {
        asio::co_spawn(context, store.commit(numbered(i), record_of("of " + std::to_string(i)), 0), asio::detached);
    }
    context.run();
}

}  // namespace

TEST_CASE("after resealing, the older key may go, and versions have stayed") {
    const scratch folder;
    const std::string path = folder / "tokens.db";
    fill(path, token_seal::under(ring("old", "")));
    std::vector<std::uint64_t> versions;
    {
        sqlite_store store{path, token_seal::under(ring("new", "old"))};
        for (int i = 0; i < records; ++i) {
            versions.push_back(run(store.load(numbered(i)))->version);
        }
        // One that is written anew meanwhile is under the first key already.
        REQUIRE(run(store.commit(numbered(0), record_of("anew"), versions[0])));
        const sqlite_store::resealed done = run(store.reseal());
        CHECK(done.written == records - 1);
        CHECK(done.unreadable == 0);
        CHECK(run(store.reseal()).written == 0);
    }
    sqlite_store store{path, token_seal::under(ring("new", ""))};
    CHECK(access_of(run(store.load(numbered(0)))) == "anew");
    for (int i = 1; i < records; ++i) {
        const auto found = run(store.load(numbered(i)));
        CHECK(access_of(found) == "of " + std::to_string(i));
        CHECK(found->version == versions[static_cast<std::size_t>(i)]);
    }
}

TEST_CASE("what cannot be opened is counted, and left as it is") {
    const scratch folder;
    const std::string path = folder / "tokens.db";
    fill(path, token_seal::under(ring("old", "")));
    {
        sqlite_store store{path, token_seal::under(ring("new", ""))};
        const sqlite_store::resealed done = run(store.reseal());
        CHECK(done.written == 0);
        CHECK(done.unreadable == records);
    }
    sqlite_store store{path, token_seal::under(ring("old", ""))};
    CHECK(access_of(run(store.load(numbered(7)))) == "of 7");
}

TEST_CASE("resealing beside commits loses none of them") {
    const scratch folder;
    const std::string path = folder / "tokens.db";
    fill(path, token_seal::under(ring("old", "")));
    sqlite_store store{path, token_seal::under(ring("new", "old"))};
    const auto change = [](sqlite_store& of, int i) -> coauth::awaitable<void> {
        const auto found = co_await of.load(numbered(i));
        coauth::token_record record = record_of("changed " + std::to_string(i));
        CHECK(co_await of.commit(numbered(i), std::move(record), found->version));
    };
    asio::io_context context;
    asio::co_spawn(context, store.reseal(), asio::detached);
    for (int i = 0; i < records; ++i) {
        asio::co_spawn(context, change(store, i), asio::detached);
    }
    context.run();
    for (int i = 0; i < records; ++i) {
        CHECK(access_of(run(store.load(numbered(i)))) == "changed " + std::to_string(i));
    }
}

TEST_CASE("resealing that is cancelled says so, and is begun again for the rest") {
    const scratch folder;
    const std::string path = folder / "tokens.db";
    fill(path, token_seal::under(ring("old", "")));
    sqlite_store store{path, token_seal::under(ring("new", "old"))};
    asio::io_context context;
    asio::cancellation_signal cancel;
    auto done = asio::co_spawn(context, store.reseal(), asio::bind_cancellation_slot(cancel.slot(), asio::use_future));
    context.poll_one();
    cancel.emit(asio::cancellation_type::terminal);
    context.run();
    CHECK(failure_of([&] { done.get(); }).code == coauth::errc::cancelled);
    const std::size_t left = run(store.reseal()).written;
    CHECK(left > 0);
    CHECK(left < records);
}

TEST_CASE("resealing ends with the store") {
    const scratch folder;
    const std::string path = folder / "tokens.db";
    fill(path, token_seal::under(ring("old", "")));
    auto store = std::make_unique<sqlite_store>(path, token_seal::under(ring("new", "old")));
    asio::io_context context;
    auto done = asio::co_spawn(context, store->reseal(), asio::use_future);
    context.poll();
    store.reset();
    context.run();
    CHECK(failure_of([&] { done.get(); }).code == coauth::errc::shut_down);
}
