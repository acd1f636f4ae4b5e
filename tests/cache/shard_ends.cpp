// How a cache ends: closed, destroyed, or without its context; and what its callers and its store's callers get.
#include "tests/cache/cache_world.hpp"
#include "tests/cache/faulty_store.hpp"
#include "tests/cache/held_store.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/strand.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

const token_key ann{"hike", "id", "ann"};

client hike(transport& via) {
    return client{via,
                  provider::builtin("hike"),
                  {.client_id = "id", .client_secret = secret{"s"}, .redirect_uri = "https://a.example/cb"}};
}

token short_lived(rotating_provider& provider, std::chrono::seconds lifetime) {
    token made{secret{"access"}};
    made.refresh_token = secret{provider.issue("ann")};
    made.issued_at = system_clock()->now();
    made.expires_at = *made.issued_at + lifetime;
    return made;
}

/// On the machine's clock: runs until it is done, or much too long.
template <class T>
bool ends(boost::asio::io_context& context, pending<T>& what) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    context.restart();
    while (!what.done() && std::chrono::steady_clock::now() < limit) {
        context.run_one_until(limit);
        context.restart();
    }
    return what.done();
}

/// A store whose exceptions are its own.
class foreign_store final : public token_store {
public:
    awaitable<std::optional<stored_token>> load(token_key) override { broken(); }
    awaitable<std::optional<std::uint64_t>> commit(token_key, token_record, std::uint64_t) override { broken(); }
    awaitable<bool> try_lease(token_key, std::string, std::chrono::milliseconds) override { broken(); }
    awaitable<bool> erase(token_key) override { broken(); }
    awaitable<store_page> scan(std::string, std::size_t) override { broken(); }

private:
    [[noreturn]] static void broken() { throw std::runtime_error("the store's own words"); }
};

}  // namespace

TEST_CASE("close ends in time on the machine's clock, though the store hangs or the provider does") {
    boost::asio::io_context context;
    rotating_provider provider;
    const auto store = std::make_shared<faulty_store>(system_clock());
    cache_options options;
    options.store_timeout = 50ms;
    options.refresh_timeout = 50ms;
    options.least_ahead = 1s;
    token_cache cache{context.get_executor(), store, options};
    cache.serve(hike(provider));
    SUBCASE("the store") {
        store->on_commit = faulty_store::fate::failed;
        CHECK(ends(context, *start(context, cache.put(ann, short_lived(provider, 1h)))));
        store->on_commit = faulty_store::fate::hung;
    }
    SUBCASE("the provider") {
        CHECK(ends(context, *start(context, cache.put(ann, short_lived(provider, 1h)))));
        provider.hold();
        const auto renewed = start(context, cache.refresh(ann));
        context.restart();
        while (provider.requests() == 0) {
            context.run_one();
        }
    }
    const auto closed = start(context, cache.close());
    REQUIRE(ends(context, *closed));
    CHECK(closed->value.has_value());
    provider.forget();
}

TEST_CASE("close with limits longer than anybody's life is a close all the same") {
    cache_options options;
    options.refresh_timeout = options.store_timeout = options.get_timeout = options.lease_time =
        std::chrono::milliseconds::max();
    cache_world world{options};
    world.hold_refresh_of("ann");
    const auto closed = world.start(world.cache.close());
    world.settle();
    CHECK_FALSE(closed->done());
    world.provider.let_go();
    world.settle();
    CHECK(*closed->value == 0);
}

TEST_CASE("close waits for a login that is on its way to the store") {
    world_over<held_store> world;
    world.disturbed->hold_commits = true;
    const auto login = world.start(world.cache.put(ann, world.fresh_token("ann")));
    world.settle();
    const auto closed = world.start(world.cache.close());
    world.settle();
    CHECK_FALSE(closed->done());
    world.disturbed->let_go();
    world.settle();
    REQUIRE(closed->value);
    CHECK(*closed->value == 0);
    CHECK(world.run(world.store->load(ann)).has_value());
}

TEST_CASE("a closed cache says so to every call that would begin something") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann")));
    CHECK(world.run(world.cache.close()) == 0);
    CHECK(world.failure_of(world.cache.get({"hike", "bob"})).code == errc::shut_down);
    CHECK(world.failure_of(world.cache.put(ann, world.fresh_token("ann"))).code == errc::shut_down);
    CHECK(world.failure_of(world.cache.refresh(ann)).code == errc::shut_down);
    CHECK(world.failure_of(world.cache.erase(ann)).code == errc::shut_down);
    CHECK(world.failure_of(world.cache.revoke(ann)).code == errc::shut_down);
    CHECK(world.failure_of(world.cache.load_all()).code == errc::shut_down);
    CHECK(world.run(world.cache.close()) == 0);
    CHECK(world.run(world.store->load(ann)).has_value());
}

TEST_CASE("refreshes that waited for their turn end at close without a word") {
    cache_options options;
    options.max_refreshes_per_provider = 1;
    cache_world world{options};
    for (int each = 0; each < 10; ++each) {
        world.run(world.cache.put({"hike", std::to_string(each)}, world.fresh_token(std::to_string(each), 100s)));
    }
    world.provider.hold();
    world.turn(99s);
    CHECK(world.cache.statistics().queued == 9);
    const auto closed = world.start(world.cache.close());
    world.settle();
    world.provider.let_go();
    world.settle();
    CHECK(closed->value.has_value());
    CHECK(world.provider.requests() == 1);
    CHECK(world.count(cache_event_kind::refresh_failed) == 0);
    CHECK(world.cache.statistics().queued == 0);
}

TEST_CASE("callers on a context of their own are resumed when the cache's context dies") {
    rotating_provider provider;
    boost::asio::io_context elsewhere;
    const auto store = std::make_shared<faulty_store>(system_clock());
    auto context = std::make_unique<boost::asio::io_context>();
    token_cache cache{context->get_executor(), store, {}};
    cache.serve(hike(provider));
    store->on_load = store->on_commit = faulty_store::fate::hung;
    const auto got = start(elsewhere, cache.get(ann));
    const auto login = start(elsewhere, cache.put({"hike", "bob"}, short_lived(provider, 1h)));
    elsewhere.poll();
    context->poll();
    CHECK_FALSE(got->done());
    CHECK_FALSE(login->done());
    context.reset();
    elsewhere.restart();
    elsewhere.poll();
    REQUIRE(got->done());
    CHECK(got->why().code == errc::shut_down);
    REQUIRE(login->done());
    CHECK(login->why().code == errc::shut_down);
    CHECK(cache.peek(ann) == nullptr);
    CHECK(cache.statistics().waiting == 0);
}

TEST_CASE("a cache may outlive its context, strands and all") {
    rotating_provider provider;
    std::unique_ptr<token_cache> cache;
    {
        boost::asio::io_context context;
        cache_options options;
        options.event_executor = boost::asio::make_strand(context);
        options.on_event = [](const cache_event&) {};
        cache =
            std::make_unique<token_cache>(boost::asio::make_strand(context), std::make_shared<memory_store>(), options);
        cache->serve(hike(provider));
        CHECK(ends(context, *start(context, cache->put(ann, short_lived(provider, 1h)))));
    }
    CHECK(cache->peek(ann) != nullptr);
    cache->invalidate(ann, cache->peek(ann));
    CHECK(cache->peek(ann) == nullptr);
    cache.reset();
}

TEST_CASE("a store's own exceptions come as failures of class store, wherever it is asked") {
    cache_world world{{}, std::make_shared<foreign_store>()};
    for (const failure& why : {
             world.failure_of(world.cache.get(ann)),
             world.failure_of(world.cache.put({"hike", "bob"}, world.fresh_token("bob"))),
             world.failure_of(world.cache.erase(ann)),
             world.failure_of(world.cache.revoke(ann)),
             world.failure_of(world.cache.load_all()),
             world.failure_of(world.cache.for_each([](const store_page::item&) {})),
         }) {
        CHECK(class_of(why.code) == failure_class::store);
    }
    CHECK(world.run(world.cache.get({"hike", "bob"})) != nullptr);
}

TEST_CASE("a caller that is cancelled ends alone, and hears of nothing after") {
    cache_world world;
    world.run(world.cache.put(ann, world.fresh_token("ann", 100s)));
    world.provider.hold();
    world.clock->advance(101s);
    boost::asio::cancellation_signal stop;
    pending<token_ptr> first;
    boost::asio::co_spawn(world.context, world.cache.get(ann),
                          boost::asio::bind_cancellation_slot(
                              stop.slot(), [&](std::exception_ptr thrown, token_ptr) { first.thrown = thrown; }));
    const auto second = world.start(world.cache.get(ann));
    world.settle();
    stop.emit(boost::asio::cancellation_type::terminal);
    world.settle();
    CHECK(first.why().code == errc::cancelled);
    CHECK_FALSE(second->done());
    stop.emit(boost::asio::cancellation_type::terminal);  // too late: nothing listens
    world.provider.let_go();
    world.settle();
    CHECK(second->value.has_value());
}

TEST_CASE("a call that comes after close does not keep the context at work") {
    boost::asio::io_context context;
    rotating_provider provider;
    const auto store = std::make_shared<faulty_store>(system_clock());
    token_cache cache{context.get_executor(), store};
    cache.serve(hike(provider));
    std::size_t lost = 0;
    SUBCASE("with a token that would be refreshed") {
        REQUIRE(ends(context, *start(context, cache.put(ann, short_lived(provider, 400s)))));
    }
    SUBCASE("with one that the store never took") {
        store->on_commit = faulty_store::fate::failed;
        REQUIRE(ends(context, *start(context, cache.put(ann, short_lived(provider, 400s)))));
        lost = 1;
    }
    const auto closed = start(context, cache.close());
    REQUIRE(ends(context, *closed));
    CHECK(closed->value == lost);
    const auto late = start(context, cache.get({"hike", "bob"}));
    REQUIRE(ends(context, *late));
    CHECK(late->why().code == errc::shut_down);
    context.restart();
    context.poll();
    CHECK(context.stopped());
}

TEST_CASE("a cache whose context is gone can still be closed") {
    auto gone = std::make_unique<boost::asio::io_context>();
    token_cache cache{gone->get_executor(), std::make_shared<memory_store>()};
    rotating_provider provider;
    cache.serve(hike(provider));
    SUBCASE("with nothing under way") {}
    SUBCASE("with a refresh under way") {
        REQUIRE(ends(*gone, *start(*gone, cache.put(ann, short_lived(provider, 1h)))));
        provider.hold();
        const auto renewed = start(*gone, cache.refresh(ann));
        gone->restart();
        while (provider.requests() == 0) {
            gone->run_one();
        }
    }
    provider.forget();
    gone.reset();
    boost::asio::io_context context;
    const auto closed = start(context, cache.close());
    context.poll();
    CHECK(closed->value == 0U);
}
