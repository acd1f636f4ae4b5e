#include "tests/http/canned_replies.hpp"
#include "tests/http/exchange_run.hpp"

#include <boost/asio/ssl/error.hpp>
#include <doctest/doctest.h>

namespace asio = boost::asio;
using boost::system::error_code;
using namespace coauth;
using namespace coauth::test;

namespace {

/// An exchange in many small steps: the request in four writes, the answer in pieces of ten bytes.
void script(exchange_run& run, const canned_reply& reply) {
    run.stream.answers_after = run.request.size();
    run.stream.takes_at_once = run.request.size() / 4 + 1;
    for (std::size_t at = 0; at < reply.wire.size(); at += 10)
        run.stream.pieces.push_back(reply.wire.substr(at, 10));
    if (reply.ends_with_connection)
        run.stream.ends = asio::error::eof;
}

void check_failed(exchange_run& run, const std::optional<http::exchange_result>& ended, bool closed_by_us) {
    REQUIRE(ended);
    REQUIRE(ended->response.has_error());
    const failure& why = ended->response.error();
    const errc expected = closed_by_us            ? errc::cancelled
                          : ended->response_begun ? errc::incomplete_http
                                                  : errc::connection_lost;
    CHECK(why.code == expected);
    CHECK(why.request_sent == !run.stream.written().empty());
    CHECK(ended->request_sent == why.request_sent);
    CHECK_FALSE(ended->reusable);
    CHECK(why.message().find("code=1234") == std::string::npos);
}

void check_succeeded(const canned_reply& reply, const std::optional<http::exchange_result>& ended) {
    REQUIRE(ended);
    REQUIRE(ended->response.has_value());
    CHECK(ended->response->status() == reply.status);
    CHECK(ended->response->body() == reply.body);
    CHECK(ended->reusable == reply.reusable);
}

}  // namespace

TEST_CASE("whichever step breaks, the outcome is one error or the right answer") {
    std::size_t more = 0;
    SUBCASE("of a short request") {}
    SUBCASE("of a long one, whose answer is awaited meanwhile") {
        more = 5000;
    }
    for (const auto& reply : canned_replies()) {
        for (const error_code error :
             {error_code(asio::error::connection_reset), error_code(asio::error::broken_pipe),
              error_code(asio::ssl::error::stream_truncated), error_code(asio::error::timed_out)}) {
            CAPTURE(reply.name);
            CAPTURE(error.message());
            std::size_t step = 0;
            bool broken = true;
            while (broken) {
                exchange_run run;
                run.request += std::string(more, 'x');
                script(run, reply);
                run.stream.breaks_at = ++step;
                run.stream.breaks_with = error;
                CAPTURE(step);
                const auto ended = run();
                broken = run.stream.broken();
                if (broken)
                    check_failed(run, ended, false);
                else
                    check_succeeded(reply, ended);
            }
            CHECK(step > 5);  // four writes and at least two reads were broken in their turn
        }
    }
}

TEST_CASE("at whichever step the stream is closed on this side, the exchange is cancelled and leaves nothing behind") {
    std::size_t more = 0;
    SUBCASE("of a short request") {}
    SUBCASE("of a long one, whose answer is awaited meanwhile") {
        more = 5000;
    }
    for (const auto& reply : canned_replies()) {
        CAPTURE(reply.name);
        std::size_t step = 0;
        bool closed = true;
        while (closed) {
            exchange_run run;
            run.request += std::string(more, 'x');
            script(run, reply);
            run.stream.closes_at = ++step;
            CAPTURE(step);
            const auto ended = run();
            closed = run.stream.closed();
            if (closed)
                check_failed(run, ended, true);
            else
                check_succeeded(reply, ended);
        }
        CHECK(step > 5);
    }
}

TEST_CASE("a failed exchange leaves the object fit for the next, on a stream that is whole") {
    exchange_run run;
    run.stream.answers_after = run.request.size();
    run.stream.pieces = {"HTTP/9.9 what\r\n\r\n"};
    CHECK(run()->response.error().code == errc::malformed_http);

    run.stream.answers_after = 2 * run.request.size();
    run.stream.pieces = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
    const auto ended = run();
    REQUIRE(ended->response.has_value());
    CHECK(ended->response->body() == "ok");
}
