#include "http/response_reader.hpp"

#include "tests/http/canned_replies.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace coauth;
using coauth::http::response_body;
using coauth::http::response_limits;
using coauth::http::response_reader;

namespace {

/// What comes of an answer that is given at once and whose connection then ends in good order.
result<http_response> read(std::string_view wire, response_body body = response_body::framed) {
    response_reader reader{response_limits{}};
    reader.begin(body);
    if (auto used = reader.feed(wire); !used)
        return used.error();
    if (!reader.done())
        if (auto finished = reader.finish_at_eof(); !finished)
            return finished.error();
    return reader.take();
}

errc refused(std::string_view wire) {
    const auto read_answer = read(wire);
    return read_answer ? errc{} : read_answer.error().code;
}

bool keeps_alive(std::string_view wire) {
    response_reader reader{response_limits{}};
    reader.begin(response_body::framed);
    return reader.feed(wire).has_value() && reader.done() && reader.keep_alive();
}

const std::string ok_with_length = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n";
const std::string ok_chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("a reader hands on what was given to it, message after message") {
    response_reader reader{response_limits{}};
    for (const auto& reply : test::canned_replies()) {
        CAPTURE(reply.name);
        reader.begin(response_body::framed);
        CHECK_FALSE(reader.started());
        const auto used = reader.feed(reply.wire);
        REQUIRE(used.has_value());
        CHECK(*used == reply.wire.size());
        CHECK(reader.started());
        CHECK(reader.done() != reply.ends_with_connection);
        REQUIRE(reader.finish_at_eof().has_value());
        CHECK(reader.done());
        CHECK(reader.keep_alive() == reply.reusable);
        const http_response answer = reader.take();
        CHECK(answer.status() == reply.status);
        CHECK(answer.body() == reply.body);
    }
}

TEST_CASE("fields are kept in order, found whatever their case, and their values trimmed") {
    const auto answer = read(ok_with_length + "X-Thing:  a b\t\r\nx-thing: second\r\n\r\nok");
    REQUIRE(answer.has_value());
    CHECK(answer->header_count() == 3);
    CHECK(answer->header("x-THING") == "a b");
    CHECK_FALSE(answer->header("X-Other"));
}

TEST_CASE("bytes behind an answer are not used") {
    response_reader reader{response_limits{}};
    reader.begin(response_body::framed);
    CHECK(reader.feed(ok_with_length + "\r\nokHTTP/1.1 200 OK").value() == ok_with_length.size() + 4);
    CHECK(reader.done());
}

TEST_CASE("interim answers are skipped, eight at most, and none may switch protocols") {
    const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    std::string eight;
    for (int i = 0; i < 8; ++i)
        eight += interim;
    const auto answer = read(eight + ok_with_length + "\r\nok");
    REQUIRE(answer.has_value());
    CHECK(answer->status() == 200);
    CHECK_FALSE(answer->header("Link"));
    CHECK(refused(eight + interim + ok_with_length + "\r\nok") == errc::malformed_http);
    CHECK(refused("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n") == errc::malformed_http);
    CHECK(refused(interim) == errc::incomplete_http);
}

TEST_CASE("a status must be one") {
    for (const std::string status : {"099", "000", "600", "999", "20", "2000", "2x0", ""}) {
        CAPTURE(status);
        CHECK(refused("HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\n\r\n") == errc::malformed_http);
    }
    CHECK(read("HTTP/1.1 599 X\r\nContent-Length: 0\r\n\r\n").value().status() == 599);
    CHECK(read("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n").value().status() == 200);
}

TEST_CASE("what is not HTTP/1 is refused") {
    for (const std::string junk :
         {"HTTP/2.0 200 OK\r\n\r\n", "HTTP/0.9 200 OK\r\n\r\n", "ICY 200 OK\r\n\r\n", "<html>hello</html>\r\n\r\n",
          "\r\nHTTP/1.1 200 OK\r\n\r\n", "SSH-2.0-OpenSSH_9.2p1\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"}) {
        CAPTURE(junk);
        CHECK(refused(junk) == errc::malformed_http);
    }
    CHECK(refused("{\"access_token\":\"x\"}") != errc{});
}

TEST_CASE("Transfer-Encoding is absent or chunked, alone, and of HTTP/1.1") {
    const std::string body = "\r\n\r\n2\r\nok\r\n0\r\n\r\n";
    CHECK(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED" + body).value().body() == "ok");
    for (const std::string coding : {"gzip", "x", "identity", "gzip, chunked", "chunked, gzip", "chunked, chunked",
                                     "chunked;q=1", "", "\"chunked\""}) {
        CAPTURE(coding);
        CHECK(refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + coding + body) == errc::unsupported_encoding);
    }
    CHECK(refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked" + body) ==
          errc::malformed_http);
    CHECK(refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked" + body) != errc{});
    CHECK(refused("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked" + body) == errc::malformed_http);
}

TEST_CASE("Transfer-Encoding beside Content-Length is refused, whichever comes first") {
    for (const std::string coding : {"chunked", "gzip", "x"}) {
        CAPTURE(coding);
        const std::string field = "Transfer-Encoding: " + coding + "\r\n";
        const std::string rest = "\r\n2\r\nok\r\n0\r\n\r\n";
        CHECK(refused("HTTP/1.1 200 OK\r\n" + field + "Content-Length: 5\r\n" + rest) == errc::malformed_http);
        CHECK(refused("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n" + field + rest) == errc::malformed_http);
    }
}

TEST_CASE("Content-Length is one number") {
    const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: ";
    CHECK(read(ok + "2\r\nContent-Length: 2\r\n\r\nok").value().body() == "ok");
    CHECK(read(ok + "2, 2\r\n\r\nok").value().body() == "ok");
    CHECK(refused(ok + "2\r\nContent-Length: 3\r\n\r\nok!") == errc::malformed_http);
    for (const std::string length :
         {"2, 3", "-2", "+2", "0x2", "2 2", "two", "", ",", "2,", "1e1", "2;", "18446744073709551618"}) {
        CAPTURE(length);
        CHECK(refused(ok + length + "\r\n\r\nok") == errc::malformed_http);
    }
}

TEST_CASE("an encoding that was not asked for is refused") {
    CHECK(refused(ok_with_length + "Content-Encoding: gzip\r\n\r\nok") == errc::unsupported_encoding);
    CHECK(refused(ok_with_length + "Content-Encoding: identity, br\r\n\r\nok") == errc::unsupported_encoding);
    CHECK(refused(ok_with_length + "Content-Encoding: gzip\r\nContent-Encoding: identity\r\n\r\nok") ==
          errc::unsupported_encoding);
    CHECK(read(ok_with_length + "Content-Encoding: Identity\r\n\r\nok").value().body() == "ok");
}

TEST_CASE("trailers are neither merged nor obeyed") {
    const std::string wire = ok_chunked + "2\r\nok\r\n0\r\nConnection: close\r\nX-Token: forged\r\n\r\n";
    CHECK(keeps_alive(wire));
    const auto answer = read(wire);
    REQUIRE(answer.has_value());
    CHECK(answer->header_count() == 1);
    CHECK_FALSE(answer->header("X-Token"));
    for (const std::string framing : {"Content-Length: 0", "Content-Length: 9", "Transfer-Encoding: gzip"}) {
        CAPTURE(framing);
        const auto either = read(ok_chunked + "2\r\nok\r\n0\r\n" + framing + "\r\n\r\n");
        CHECK((either ? either->body() == "ok" : either.error().code == errc::malformed_http));
    }
}

TEST_CASE("a chunk must be one") {
    for (const std::string chunks :
         {"x\r\nok\r\n0\r\n\r\n", "\r\nok\r\n0\r\n\r\n", "-2\r\nok\r\n0\r\n\r\n", "0x2\r\nok\r\n0\r\n\r\n",
          " 2\r\nok\r\n0\r\n\r\n", "2\r\nok0\r\n\r\n", "2\nok\r\n0\r\n\r\n", "2\r\nokay\r\n0\r\n\r\n",
          "2 garbage\r\nok\r\n0\r\n\r\n", "10000000000000002\r\nok\r\n0\r\n\r\n", "2;a=\"\r\nok\r\n0\r\n\r\n"}) {
        CAPTURE(chunks);
        CHECK(refused(ok_chunked + chunks) != errc{});
    }
    CHECK(refused(ok_chunked + "2\r\nok\r\n0\r\n") == errc::incomplete_http);
    CHECK(refused(ok_chunked + "2\r\nok\r\n") == errc::incomplete_http);
    CHECK(read(ok_chunked + "2;a;b=\"c;d\"\r\nok\r\n000\r\n\r\n").value().body() == "ok");
}

TEST_CASE("a field must be one") {
    using namespace std::string_literals;
    for (const std::string& field : {"X: a\0b"s, "X: a\x01"s, "X: \x1b[31mred"s, "X: a\x7f"s, "X: a\rb"s, "X y: a"s,
                                     ": a"s, "X : a"s, "X"s, " X: a"s, "X\0: a"s}) {
        CAPTURE(field);
        CHECK(refused(ok_with_length + field + "\r\n\r\nok") == errc::malformed_http);
    }
    CHECK(read(ok_with_length + "X: caf\xc3\xa9\r\n\r\nok").value().header("X") == "caf\xc3\xa9");
    const auto folded = read(ok_with_length + "X: a\r\n b\r\n\r\nok");
    CHECK((folded ? folded->header("X") == "a b" : folded.error().code == errc::malformed_http));
}

TEST_CASE("an answer says whether its connection may serve again") {
    CHECK(keeps_alive(ok_with_length + "\r\nok"));
    CHECK(keeps_alive(ok_with_length + "Connection: keep-alive\r\n\r\nok"));
    CHECK_FALSE(keeps_alive(ok_with_length + "Connection: Close\r\n\r\nok"));
    CHECK_FALSE(keeps_alive(ok_with_length + "Connection: keep-alive, close\r\n\r\nok"));
    CHECK_FALSE(keeps_alive(ok_with_length + "Connection: keep-alive\r\nConnection: close\r\n\r\nok"));
    CHECK_FALSE(keeps_alive("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    CHECK_FALSE(keeps_alive("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"));
}

TEST_CASE("the answer to HEAD has no body, whatever its fields say") {
    response_reader reader{response_limits{}};
    for (const std::string field : {"Content-Length: 100", "Transfer-Encoding: chunked", "X: y"}) {
        reader.begin(response_body::none);
        REQUIRE(reader.feed("HTTP/1.1 200 OK\r\n" + field + "\r\n\r\n").has_value());
        CHECK(reader.done());
        CHECK(reader.keep_alive());
        CHECK(reader.take().body().empty());
    }
}

TEST_CASE("an answer that was given up leaves nothing to the next") {
    response_reader reader{response_limits{}};
    reader.begin(response_body::framed);
    REQUIRE(reader.feed("HTTP/1.1 500 Oops\r\nX: y\r\nContent-Length: 9\r\n\r\nsecre").has_value());
    reader.begin(response_body::framed);
    REQUIRE(reader.feed(ok_with_length + "\r\nok").has_value());
    const http_response answer = reader.take();
    CHECK(answer.status() == 200);
    CHECK(answer.header_count() == 1);
    CHECK(answer.body() == "ok");
}
