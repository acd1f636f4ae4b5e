#include "tests/web/raw_client.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>

namespace web::test {
namespace {

using namespace std::chrono_literals;

server_options small() {
    server_options options;
    options.max_header = 1024;
    options.max_body = 16;
    return options;
}

std::string status_of(const http_server& server, const std::string& bytes) {
    const std::string answer = raw_client(server).talk(bytes);
    return answer.substr(0, answer.find("\r\n"));
}

TEST_CASE("what is no request is refused, and so is one that could be read in two ways") {
    std::atomic<int> handled = 0;
    running_server run([&handled](request asked) {
        ++handled;
        return echo(std::move(asked));
    });
    constexpr const char* bad = "HTTP/1.1 400 Bad Request";
    CHECK(status_of(run.server, "nonsense\r\n\r\n") == bad);
    CHECK(status_of(run.server, "GET / HTTP/1.1\r\n\r\n") == bad);
    CHECK(status_of(run.server, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") == bad);
    CHECK(status_of(run.server, "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n") == bad);
    CHECK(status_of(run.server, "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n") == bad);
    CHECK(status_of(run.server, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab") ==
          bad);
    CHECK(status_of(run.server,
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") ==
          bad);
    CHECK(status_of(run.server, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n") == bad);
    CHECK(status_of(run.server, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n") ==
          "HTTP/1.1 501 Not Implemented");
    CHECK(handled == 0);
}

TEST_CASE("a header or a body over its limit is refused, and the client gets to know") {
    running_server run(echo, small());
    constexpr const char* long_header = "HTTP/1.1 431 Request Header Fields Too Large";
    constexpr const char* long_body = "HTTP/1.1 413 Payload Too Large";
    CHECK(status_of(run.server, "GET /" + std::string(2'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n") == long_header);
    CHECK(status_of(run.server, "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x')) == long_header);
    CHECK(status_of(run.server, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\n") == long_body);
    CHECK(status_of(run.server, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n11\r\n" +
                                    std::string(17, 'x') + "\r\n") == long_body);
    CHECK(status_of(run.server, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\nConnection: close\r\n\r\n" +
                                    std::string(16, 'x')) == "HTTP/1.1 200 OK");
}

TEST_CASE("more than a hundred fields are too many, however short") {
    running_server run(echo);
    std::string fields;
    for (int each = 0; each < 100; ++each) {
        fields += "a:\r\n";
    }
    CHECK(status_of(run.server, "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n") ==
          "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST_CASE("a request that does not end in time is told so: in its line, its header, its body") {
    server_options hasty;
    hasty.read_timeout = 5ms;
    running_server run(echo, hasty);
    for (const char* begun :
         {"G", "GET / HTTP/1.1\r\nHost: a\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab"}) {
        CAPTURE(begun);
        CHECK(status_of(run.server, begun) == "HTTP/1.1 408 Request Timeout");
    }
}

TEST_CASE("a connection that asks nothing is closed without a word, before its first request and after") {
    server_options hasty;
    hasty.idle_timeout = 5ms;
    running_server run(echo, hasty);
    raw_client silent(run.server);
    CHECK(silent.rest().empty());
    raw_client once(run.server);
    CHECK(once.talk("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("GET /1 "));
    CHECK(once.ended == asio::error::eof);
}

TEST_CASE("a client beyond the limit gets a 503 until another one leaves") {
    server_options narrow;
    narrow.max_connections = 1;
    running_server run(echo, narrow);
    const std::string ask = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    auto first = std::make_unique<raw_client>(run.server);
    first->send(ask);
    CHECK(first->until("GET / ").ends_with("GET / "));
    CHECK(status_of(run.server, ask) == "HTTP/1.1 503 Service Unavailable");
    first.reset();

    std::string status;  // the server hears of it a moment later
    do {
        status = status_of(run.server, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    } while (status == "HTTP/1.1 503 Service Unavailable");
    CHECK(status == "HTTP/1.1 200 OK");
}

TEST_CASE("plain HTTP is for loopback, and an address is an address") {
    asio::io_context context;
    server_options everywhere;
    everywhere.address = "0.0.0.0";
    CHECK_THROWS_AS(http_server(context.get_executor(), everywhere, echo), std::invalid_argument);
    everywhere.address = "somewhere";
    CHECK_THROWS_AS(http_server(context.get_executor(), everywhere, echo), boost::system::system_error);

    http_server holds(context.get_executor(), {}, echo);
    server_options taken;
    taken.port = holds.port();
    CHECK_THROWS_WITH_AS(http_server(context.get_executor(), taken, echo),
                         doctest::Contains(("listening on 127.0.0.1 port " + std::to_string(taken.port)).c_str()),
                         boost::system::system_error);
}

}  // namespace
}  // namespace web::test
