#include "tests/http/canned_replies.hpp"
#include "tests/http/exchange_run.hpp"

#include <boost/asio/ssl/error.hpp>
#include <doctest/doctest.h>

#include <algorithm>

namespace asio = boost::asio;
using boost::system::error_code;
using namespace coauth;
using namespace coauth::test;

namespace {

/// `text` cut into pieces of `size` bytes.
std::deque<std::string> cut(const std::string& text, std::size_t size) {
    std::deque<std::string> pieces;
    for (std::size_t at = 0; at < text.size(); at += size)
        pieces.push_back(text.substr(at, size));
    return pieces;
}

void check_answer(const canned_reply& reply, const std::optional<http::exchange_result>& ended) {
    REQUIRE(ended);
    REQUIRE(ended->response.has_value());
    CHECK(ended->response->status() == reply.status);
    CHECK(ended->response->body() == reply.body);
    CHECK(ended->reusable == reply.reusable);
    CHECK(ended->request_sent);
    CHECK(ended->response_begun);
    CHECK(ended->bytes_left_over == 0);
}

void script(exchange_run& run, const canned_reply& reply) {
    run.stream.answers_after = run.request.size();
    if (reply.ends_with_connection)
        run.stream.ends = asio::error::eof;
}

}  // namespace

TEST_CASE("an answer is the same however it is cut in two") {
    for (const auto& reply : canned_replies()) {
        CAPTURE(reply.name);
        for (std::size_t at = 0; at <= reply.wire.size(); ++at) {
            CAPTURE(at);
            exchange_run run;
            script(run, reply);
            for (auto piece : {reply.wire.substr(0, at), reply.wire.substr(at)})
                if (!piece.empty())
                    run.stream.pieces.push_back(piece);
            check_answer(reply, run());
            CHECK(run.written == 1);
            CHECK(run.begun == 1);
            CHECK(run.stream.written() == run.request);
        }
    }
}

TEST_CASE("an answer is the same byte by byte, and so is the request") {
    for (const auto& reply : canned_replies()) {
        CAPTURE(reply.name);
        exchange_run run;
        script(run, reply);
        run.stream.pieces = cut(reply.wire, 1);
        run.stream.takes_at_once = 1;
        check_answer(reply, run());
        CHECK(run.stream.written() == run.request);
    }
}

TEST_CASE("one connection serves one exchange after the other") {
    exchange_run run;
    for (const auto& reply : canned_replies()) {
        if (!reply.reusable)
            continue;
        CAPTURE(reply.name);
        run.stream.answers_after = run.stream.written().size() + run.request.size();
        run.stream.pieces = cut(reply.wire, 5);
        check_answer(reply, run());
    }
}

TEST_CASE("an answer that ends too early is never an answer") {
    for (const auto& reply : canned_replies()) {
        CAPTURE(reply.name);
        const std::size_t header_end = reply.wire.rfind("\r\n\r\n") + 4;
        for (std::size_t length = 0; length < reply.wire.size(); ++length) {
            for (const error_code end : {error_code(asio::error::eof), error_code(asio::error::connection_reset),
                                         error_code(asio::ssl::error::stream_truncated)}) {
                if (reply.ends_with_connection && length >= header_end && end == asio::error::eof)
                    continue;  // nobody can know that there was to be more
                CAPTURE(length);
                CAPTURE(end.message());
                exchange_run run;
                script(run, reply);
                if (length > 0)
                    run.stream.pieces = {reply.wire.substr(0, length)};
                run.stream.ends = end;
                const auto ended = run();
                REQUIRE(ended);
                REQUIRE(ended->response.has_error());
                CHECK(ended->response.error().code == (length == 0 ? errc::connection_lost : errc::incomplete_http));
                CHECK(ended->response.error().request_sent);
                CHECK(ended->response_begun == (length > 0));
                CHECK_FALSE(ended->reusable);
            }
        }
    }
}

TEST_CASE("a body that ends with its connection must end in good order") {
    exchange_run run;
    run.stream.pieces = {"HTTP/1.1 200 OK\r\n\r\nall of it"};
    run.stream.ends = asio::ssl::error::stream_truncated;
    const auto ended = run();
    REQUIRE(ended);
    REQUIRE(ended->response.has_error());
    CHECK(ended->response.error().code == errc::incomplete_http);
}

TEST_CASE("bytes behind an answer make its connection unfit, and the answer stays") {
    for (const std::string more : {"x", "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nattacker"}) {
        exchange_run run;
        run.stream.pieces = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + more};
        const auto ended = run();
        REQUIRE(ended);
        REQUIRE(ended->response.has_value());
        CHECK(ended->response->body() == "ok");
        CHECK(ended->bytes_left_over == more.size());
        CHECK_FALSE(ended->reusable);
    }
}

TEST_CASE("a body behind a 204, or behind the answer to HEAD, makes its connection unfit") {
    exchange_run run;
    run.stream.pieces = {"HTTP/1.1 204 No Content\r\n\r\nbody"};
    CHECK_FALSE(run()->reusable);

    exchange_run head;
    head.stream.pieces = {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"};
    const auto ended = head(http::response_body::none);
    REQUIRE(ended->response.has_value());
    CHECK(ended->response->body().empty());
    CHECK_FALSE(ended->reusable);
}

TEST_CASE("a peer that answers early and reads no further is understood") {
    exchange_run run;
    run.request += std::string(5000, 'x');
    run.stream.answers_after = 100;
    run.stream.takes_at_most = 100;
    run.stream.pieces = {"HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno"};
    const auto ended = run();
    REQUIRE(ended);
    REQUIRE(ended->response.has_value());
    CHECK(ended->response->status() == 413);
    CHECK_FALSE(ended->reusable);
    CHECK(run.stream.closed());
    CHECK(run.written == 0);
    CHECK(run.begun == 1);
}

TEST_CASE("an answer to nothing belongs to nobody") {
    exchange_run run;
    run.request += std::string(5000, 'x');
    run.stream.answers_after = 0;
    run.stream.takes_at_most = 0;
    run.stream.pieces = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
    const auto ended = run();
    REQUIRE(ended);
    REQUIRE(ended->response.has_error());
    CHECK(ended->response.error().code == errc::malformed_http);
    CHECK_FALSE(ended->response.error().request_sent);
    CHECK_FALSE(ended->request_sent);
    CHECK_FALSE(ended->reusable);
}

TEST_CASE("a stream's errors are told apart") {
    const error_code alert(1116, asio::error::get_ssl_category());
    CHECK(http::stream_failure(alert, false).code == errc::tls_handshake_failed);
    CHECK(http::stream_failure(alert, true).code == errc::incomplete_http);
    CHECK(http::stream_failure(asio::error::connection_reset, false).code == errc::connection_lost);
    CHECK(http::stream_failure(asio::ssl::error::stream_truncated, false).code == errc::connection_lost);
    CHECK(http::stream_failure(asio::error::eof, true).code == errc::incomplete_http);
    CHECK(http::stream_failure(asio::error::operation_aborted, false).code == errc::cancelled);
    CHECK(http::stream_failure(asio::error::operation_aborted, true).code == errc::cancelled);
}
