#include "tests/http/hostile_case.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace coauth;
using namespace coauth::test;

namespace {

/// The first connection is answered with `wire`, all others rightly.
scripted_peer::script first_answers(std::string wire) {
    return [wire = std::move(wire)](peer_connection& peer, std::size_t connection) {
        for (;;) {
            peer.expect_request();
            peer.send(connection == 0 ? wire : ok_answer);
        }
    };
}

/// The first connection is sent `start` and then `more` without end.
scripted_peer::script floods(std::string start, std::string more) {
    while (more.size() < 8000)
        more += std::string(more);
    return [start = std::move(start), more = std::move(more)](peer_connection& peer, std::size_t connection) {
        peer.expect_request();
        if (connection > 0) {
            peer.send(ok_answer);
            peer.wait_for_end();
        }
        peer.send(start);
        for (;;)
            peer.send(more);
    };
}

/// The answer is refused as `expected`, and its connection is never used again.
void check_refused(hostile_case& with, errc expected) {
    const outcome first = with.post();
    CHECK(first.code() == expected);
    REQUIRE(first.failed);
    CHECK(first.failed->request_sent);
    CHECK(with.peer.requests().size() == 1);
    const outcome second = with.post();
    REQUIRE(second.answer);
    CHECK(second.answer->body() == "ok");
    CHECK(with.peer.connections() == 2);
}

const std::string ok = "HTTP/1.1 200 OK\r\n";

}  // namespace

TEST_CASE("what is not valid HTTP/1.1 is refused, and its connection closed") {
    const std::vector<std::pair<std::string, errc>> answers = {
        {"HTTP/0.9 200 OK\r\n\r\n", errc::malformed_http},
        {"<html>a page of HTTP/0.9</html>\r\n", errc::malformed_http},
        {"HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n", errc::malformed_http},
        {"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n", errc::malformed_http},
        {"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", errc::malformed_http},
        {ok + "Content-Length: 2\r\nContent-Length: 20\r\n\r\nok", errc::malformed_http},
        {ok + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n", errc::malformed_http},
        {ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", errc::malformed_http},
        {ok + "Transfer-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok", errc::malformed_http},
        {ok + "Transfer-Encoding: x\r\n\r\nok", errc::unsupported_encoding},
        {ok + "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", errc::unsupported_encoding},
        {ok + "Transfer-Encoding: chunked, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", errc::unsupported_encoding},
        {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", errc::malformed_http},
        {ok + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok", errc::unsupported_encoding},
        {ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n", errc::malformed_http},
        {ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n0\r\n\r\n", errc::malformed_http},
        {ok + "X-Token: s3cret\x01\r\nContent-Length: 2\r\n\r\nok", errc::malformed_http},
        {ok + "s3cret s3cret: x\r\nContent-Length: 2\r\n\r\nok", errc::malformed_http},
        {ok + "Content-Length: s3cret\r\n\r\nok", errc::malformed_http},
        {ok + "Content-Length: 1048577\r\n\r\n", errc::too_large},
    };
    for (const auto& [wire, expected] : answers) {
        CAPTURE(wire);
        hostile_case with(first_answers(wire));
        check_refused(with, expected);
    }
}

TEST_CASE("a flood is refused at its limit, wherever it hides") {
    const std::vector<std::pair<std::string, std::string>> answers = {
        {ok, "X-Field: value\r\n"},
        {ok + "X: ", "x"},
        {"HTTP/1.1 200 ", "OK"},
        {ok + "\r\n", "a body that ends with its connection"},
        {ok + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},
        {ok + "Transfer-Encoding: chunked\r\n\r\n1;", "extension"},
        {ok + "Transfer-Encoding: chunked\r\n\r\n", "0"},
        {ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X-Trailer: x\r\n"},
    };
    for (const auto& [start, more] : answers) {
        CAPTURE(start);
        CAPTURE(more);
        hostile_case with(floods(start, more));
        check_refused(with, errc::too_large);
    }
}

TEST_CASE("interim answers without end are refused") {
    hostile_case with(floods("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n"));
    check_refused(with, errc::malformed_http);
}

TEST_CASE("interim answers are passed over") {
    hostile_case with(first_answers("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n" +
                                    std::string(ok_answer)));
    for (int i = 0; i < 2; ++i) {
        const outcome came = with.post();
        REQUIRE(came.answer);
        CHECK(came.answer->status() == 200);
        CHECK_FALSE(came.answer->header("X"));
    }
    CHECK(with.peer.connections() == 1);
}

TEST_CASE("trailers are neither merged nor obeyed") {
    hostile_case with(first_answers(
        ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nConnection: close\r\nX-Token: forged\r\n\r\n"));
    for (int i = 0; i < 2; ++i) {
        const outcome came = with.post();
        REQUIRE(came.answer);
        CHECK(came.answer->body() == "ok");
        CHECK_FALSE(came.answer->header("X-Token"));
    }
    CHECK(with.peer.connections() == 1);
}

TEST_CASE("the answer to HEAD has no body, and its connection serves on") {
    hostile_case with(first_answers("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
    const http_request head = hostile_case::secret_get("HEAD");
    for (int i = 0; i < 2; ++i) {
        const outcome came = with.ask(head);
        REQUIRE(came.answer);
        CHECK(came.answer->body().empty());
    }
    CHECK(with.peer.connections() == 1);
}

TEST_CASE("a redirect is an answer; nobody follows it") {
    for (const std::string status : {"301", "302", "303", "307", "308"}) {
        hostile_case with(
            first_answers("HTTP/1.1 " + status + " X\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n"));
        const outcome came = with.post();
        REQUIRE(came.answer);
        CHECK(std::to_string(came.answer->status()) == status);
        CHECK(with.peer.requests().size() == 1);
    }
}

TEST_CASE("no compression is offered, and a line break in a header is never sent") {
    hostile_case with(first_answers(std::string(ok_answer)));
    http_request injected = hostile_case::secret_get();
    injected.add_header("X-Name", "s3cret\r\nX-Injected: 1");
    CHECK(with.ask(injected).code() == errc::invalid_argument);
    CHECK(with.peer.requests().empty());
    REQUIRE(with.get().answer);
    REQUIRE(with.peer.requests().size() == 1);
    CHECK(with.peer.requests()[0].find("Accept-Encoding") == std::string::npos);
    CHECK(with.peer.requests()[0].starts_with("GET /userinfo?key=s3cret-key HTTP/1.1\r\nHost: provider.example\r\n"));
}
