#include "tests/http/pool_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

class waiting_resolver final : public resolver {
public:
    awaitable<std::vector<std::string>> resolve(std::string) override {
        asked = true;
        asio::steady_timer never{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
        co_await never.async_wait(asio::use_awaitable);
        co_return std::vector<std::string>{};
    }
    bool asked = false;
};

void swallow(peer_connection& client, std::size_t /*connection*/) {
    client.expect_request();
    client.wait_for_end();
}

}  // namespace

TEST_CASE("each type of cancellation ends a request at once") {
    for (const auto type :
         {asio::cancellation_type::terminal, asio::cancellation_type::partial, asio::cancellation_type::total}) {
        CAPTURE(static_cast<unsigned>(type));
        scripted_peer peer{identity_of(), swallow};
        pool_fixture test;
        connection_pool pool{test.context.get_executor(), test.options_for(peer)};
        const auto request = test.begin(pool);
        test.run_until([&] { return peer.requests().size() == 1; });
        request->cancel.emit(type);
        test.run_until_done(request);
        CHECK(request->reason() == errc::cancelled);
        CHECK(request->failed->request_sent);
        CHECK(pool.statistics().connections == 0);
        CHECK(test.seen->has("closed 1: cancelled"));
        test.context.run();  // nothing is left that would keep it
    }
}

TEST_CASE("cancelled while it resolves") {
    pool_fixture test;
    pool_options options = test.options_for(1);
    options.connect_to.clear();
    const auto names = std::make_shared<waiting_resolver>();
    options.resolver = names;
    connection_pool pool{test.context.get_executor(), options};
    const auto request = test.begin(pool);
    test.run_until([&] { return names->asked; });
    request->cancel.emit(asio::cancellation_type::terminal);
    test.run_until_done(request);
    CHECK(request->reason() == errc::cancelled);
    CHECK_FALSE(request->failed->request_sent);
    CHECK(pool.statistics().connections == 0);
    test.context.restart();
    test.context.run_for(20s);
    CHECK(test.context.stopped());  // the resolver was cancelled with the request: nothing is left that would keep it
}

TEST_CASE("cancelled while it shakes hands") {
    peer_identity identity = identity_of();
    identity.speaks_tls = false;
    scripted_peer peer{identity, [](peer_connection& client, std::size_t) { client.wait_for_end(); }};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    const auto request = test.begin(pool);
    test.run_until([&] { return peer.connections() == 1; });
    request->cancel.emit(asio::cancellation_type::total);
    test.run_until_done(request);
    CHECK(request->reason() == errc::cancelled);
    CHECK(pool.statistics().connections == 0);
    test.context.run();
}

TEST_CASE("cancelled when it has a connection, and before it is sent") {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    REQUIRE(test.send(pool)->status() == 200);
    const auto request = test.begin(pool);
    asio::post(test.context, [&] {  // behind the request's beginning, and before all that it sets going
        CHECK(pool.statistics().idle == 0);
        request->cancel.emit(asio::cancellation_type::total);
    });
    test.run_until_done(request);
    CHECK(request->reason() == errc::cancelled);
    CHECK_FALSE(request->failed->request_sent);
    CHECK(test.send(pool)->status() == 200);
    CHECK(peer.requests().size() == 2);  // it was not sent behind its caller's back
}

TEST_CASE("cancelled while it waits for a connection") {
    scripted_peer peer{identity_of(), swallow};
    pool_fixture test;
    pool_options options = test.options_for(peer);
    options.max_connections_per_origin = 1;
    connection_pool pool{test.context.get_executor(), options};
    const auto served = test.begin(pool);
    const auto waiting = test.begin(pool);
    test.run_until([&] { return pool.statistics().waiting == 1 && peer.requests().size() == 1; });
    waiting->cancel.emit(asio::cancellation_type::partial);
    test.run_until_done(waiting);
    CHECK(waiting->reason() == errc::cancelled);
    CHECK_FALSE(waiting->failed->request_sent);
    CHECK(pool.statistics().waiting == 0);
    CHECK_FALSE(served->done);
}

TEST_CASE("a cancellation that comes too late does nothing") {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    const auto request = test.send(pool);
    request->cancel.emit(asio::cancellation_type::terminal);
    CHECK(test.send(pool)->status() == 200);
    CHECK(pool.statistics().reused == 1);
}

TEST_CASE("the pool's end ends its requests, whatever they are doing") {
    scripted_peer peer{identity_of(), swallow};
    peer_identity bare = identity_of();
    bare.speaks_tls = false;
    scripted_peer mute{bare, [](peer_connection& client, std::size_t) { client.wait_for_end(); }};
    pool_fixture test;
    pool_options options = test.options_for(peer);
    connect_override to_mute{"mute.test", 443, "127.0.0.1", mute.port()};
    options.connect_to.push_back(to_mute);
    options.max_connections_per_origin = 1;
    const auto names = std::make_shared<waiting_resolver>();
    options.resolver = names;
    auto pool = std::make_unique<connection_pool>(test.context.get_executor(), options);
    const auto served = test.begin(*pool);
    const auto waiting = test.begin(*pool);
    const auto shaking = test.begin(*pool, http_request{"GET", "https://mute.test/"});
    const auto resolving = test.begin(*pool, http_request{"GET", "https://unknown.test/"});
    test.run_until([&] { return peer.requests().size() == 1 && mute.connections() == 1 && names->asked; });
    pool.reset();
    for (const auto& each : {served, waiting, shaking, resolving}) {
        test.run_until_done(each);
        CHECK(each->reason() == errc::shut_down);
    }
    CHECK(served->failed->request_sent);
    CHECK_FALSE(waiting->failed->request_sent);
    CHECK(test.seen->has("closed 1: shut_down"));
}

TEST_CASE("a closed pool takes nothing more") {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    test.send(pool);
    pool.close();
    CHECK(pool.statistics().connections == 0);
    CHECK(test.send(pool)->reason() == errc::shut_down);
    pool.close();
}

TEST_CASE("a context that ends first frees everything") {
    scripted_peer peer{identity_of(), swallow};
    auto gone = std::make_shared<bool>();
    const std::weak_ptr<bool> watched = gone;
    {
        pool_fixture test;
        const pool_options options = test.options_for(peer);
        const auto owner = [](asio::io_context& context, pool_options with, std::shared_ptr<bool>) -> awaitable<void> {
            connection_pool own{context.get_executor(), std::move(with)};  // the frame owns the pool, and the pool it
            co_await own.send(get());
        };
        asio::co_spawn(test.context, owner(test.context, options, std::move(gone)), asio::detached);
        test.run_until([&] { return peer.requests().size() == 1; });
        CHECK_FALSE(watched.expired());
    }
    CHECK(watched.expired());
}

TEST_CASE("cancelling races with completion") {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture options_of;
    asio::thread_pool threads{4};
    pool_options options = options_of.options_for(peer);
    options.max_connections_per_origin = 4;
    options.clock = nullptr;
    connection_pool pool{threads.get_executor(), options};
    std::atomic<int> answered{0};
    std::atomic<int> cancelled{0};
    std::atomic<int> others{0};

    struct one {
        explicit one(asio::thread_pool& on) : strand{asio::make_strand(on)} {}
        asio::strand<asio::thread_pool::executor_type> strand;
        asio::cancellation_signal signal;
    };
    constexpr int rounds = 400;
    for (int i = 0; i < rounds; ++i) {
        auto each = std::make_shared<one>(threads);
        asio::co_spawn(each->strand, pool.send(get()),
                       asio::bind_cancellation_slot(
                           each->signal.slot(), [&, each](const std::exception_ptr& thrown, const http_response&) {
                               if (!thrown) {
                                   ++answered;
                                   return;
                               }
                               try {
                                   std::rethrow_exception(thrown);
                               } catch (const error& why) {
                                   ++(why.reason() == errc::cancelled ? cancelled : others);
                               } catch (const boost::system::system_error&) {
                                   ++cancelled;  // before it had begun: Asio's own operation_aborted
                               }
                           }));
        auto timer = std::make_shared<asio::steady_timer>(each->strand, std::chrono::microseconds{i * 37 % 5000});
        timer->async_wait(
            [each, timer](const boost::system::error_code&) { each->signal.emit(asio::cancellation_type::terminal); });
        if (i % 16 == 15) {
            while (answered + cancelled + others <= i - 16) {
                std::this_thread::yield();
            }
        }
    }
    while (answered + cancelled + others < rounds) {
        std::this_thread::yield();
    }
    CHECK(others == 0);
    CHECK(answered + cancelled == rounds);
    CHECK(is_quiet(pool.statistics()));
    pool.close();
    threads.join();
}
