#include "tests/web/raw_client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <future>

namespace web::test {
namespace {

using namespace std::chrono_literals;

/// A handler that answers when the test says so; on one thread, so that nothing of it needs a lock.
class held_server {
public:
    ~held_server() {
        work.stop();
        work.join();
    }

    coauth::awaitable<response> answer(request) {
        reached.set_value();
        co_await gate.async_wait(asio::as_tuple(asio::use_awaitable));
        co_return response{200, "text/plain", "at last"};
    }

    void open_gate() {
        asio::post(work, [this] { gate.cancel(); });
    }

    std::future<void> stop(std::chrono::milliseconds grace) {
        return asio::co_spawn(work, server.stop(grace), asio::use_future);
    }

    std::promise<void> reached;
    asio::thread_pool work{1};
    asio::steady_timer gate{work, asio::steady_timer::time_point::max()};
    http_server server{work.get_executor(), {}, [this](request asked) { return answer(std::move(asked)); }};
};

constexpr const char* ask = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_CASE("what is under way when the server stops is answered, and idle connections are closed") {
    held_server run;
    raw_client busy(run.server);
    busy.send(ask);
    run.reached.get_future().wait();
    raw_client idle(run.server);

    std::future<void> stopped = run.stop(1h);
    CHECK(idle.rest().empty());
    CHECK(stopped.wait_for(0s) == std::future_status::timeout);
    boost::system::error_code refused;
    tcp::socket late(busy.context);
    late.connect({asio::ip::make_address("127.0.0.1"), run.server.port()}, refused);
    CHECK(refused == asio::error::connection_refused);

    run.open_gate();
    const std::string answer = busy.rest();
    CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
    CHECK(answer.ends_with("at last"));
    stopped.get();
    CHECK(run.server.connections() == 0);
}

TEST_CASE("when the grace is over, the rest is closed") {
    held_server run;
    raw_client busy(run.server);
    busy.send(ask);
    run.reached.get_future().wait();
    run.stop(1ms).get();
    CHECK(busy.rest().empty());
    run.open_gate();
}

TEST_CASE("a server without connections stops at once, twice too") {
    running_server run(echo);
    for (int time = 0; time < 2; ++time) {
        asio::co_spawn(run.threads, run.server.stop(1h), asio::use_future).get();
    }
    CHECK(run.server.connections() == 0);
}

}  // namespace
}  // namespace web::test
