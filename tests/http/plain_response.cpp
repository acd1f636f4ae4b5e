#include "http/plain_response.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace coauth;
using coauth::http::read_plain_response;
using coauth::http::response_limits;

namespace {

const std::string begin = "HTTP/1.1 200 OK\r\nServer: nginx\r\n";
const std::string with_length = begin + "Content-Length: 2\r\n";

bool is_plain(const std::string& wire, response_limits limits = {}) {
    return read_plain_response(wire, limits).has_value();
}

}  // namespace

TEST_CASE("a whole answer with a length is plain, and what is behind it stays") {
    const auto answer = read_plain_response(with_length + "content-type: text/plain\r\n\r\nokHTTP", {});
    REQUIRE(answer);
    CHECK(answer->bytes == with_length.size() + std::string{"content-type: text/plain\r\n\r\nok"}.size());
    CHECK(answer->keep_alive);
    CHECK(answer->response.status() == 200);
    CHECK(answer->response.header_count() == 3);
    CHECK(answer->response.header("Content-Type") == "text/plain");
    CHECK(answer->response.body() == "ok");
}

TEST_CASE("an answer that closes is plain") {
    const auto answer = read_plain_response(with_length + "Connection: Close\r\n\r\nok", {});
    REQUIRE(answer);
    CHECK_FALSE(answer->keep_alive);
}

TEST_CASE("an answer that has not come whole is not plain") {
    const std::string whole = with_length + "\r\nok";
    REQUIRE(is_plain(whole));
    for (std::size_t size = 0; size != whole.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(is_plain(whole.substr(0, size)));
    }
}

TEST_CASE("what frames an answer in any other way is not plain") {
    for (const std::string field : {"Transfer-Encoding: chunked", "Content-Encoding: gzip", "Content-Length: 2",
                                    "Connection: close, x", "Connection:", "Proxy-Connection: close", "Upgrade: h2c"}) {
        CAPTURE(field);
        CHECK_FALSE(is_plain(with_length + field + "\r\n\r\nok"));
    }
    for (const std::string length : {"", "-1", "+2", "2 ", "2,2", "0x2", "1000000000", "2.0"}) {
        CAPTURE(length);
        CHECK_FALSE(is_plain(begin + "Content-Length: " + length + "\r\n\r\nok"));
    }
    CHECK_FALSE(is_plain(begin + "\r\nok"));
}

TEST_CASE("what is written in any other way is not plain") {
    for (const std::string line :
         {"Na me: x", "Name : x", " Name: x", "Name", ": x", "N\xc3\xa4me: x", "Name: x\ty", "Name: \x01",
          "Name: \xc3\xa4", "Name: x ", "Name:  x", "Name:x", "Name:", "Name: x\r"}) {
        CAPTURE(line);
        CHECK_FALSE(is_plain(with_length + line + "\r\n\r\nok"));
    }
    CHECK_FALSE(is_plain("HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok"));
    for (const std::string status :
         {"HTTP/1.0 200 OK", "HTTP/1.1 204 OK", "HTTP/1.1 304 OK", "HTTP/1.1 100 OK", "HTTP/1.1 600 OK", "HTTP/1.1 200",
          "HTTP/1.1 2000 OK", "HTTP/1.1 200 \x01", "HTTP/1.1  200 OK", "http/1.1 200 OK"}) {
        CAPTURE(status);
        CHECK_FALSE(is_plain(status + "\r\nContent-Length: 2\r\n\r\nok"));
    }
    const std::string complete = "HTTP/1.1 200 ";
    CHECK(is_plain(complete + "\r\nContent-Length: 2\r\n\r\nok"));
    for (std::size_t size = 0; size != complete.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(is_plain(complete.substr(0, size) + "\r\n"));
        CHECK_FALSE(is_plain(complete.substr(0, size) + "\r\nContent-Length: 2\r\n\r\nok"));
    }
}

TEST_CASE("an answer with many fields is not plain") {
    const auto with_further = [](std::size_t fields) {
        std::string wire = with_length;
        for (std::size_t each = 0; each != fields; ++each) {
            wire += "Name: x\r\n";
        }
        return wire + "\r\nok";
    };
    CHECK(is_plain(with_further(30)));
    CHECK_FALSE(is_plain(with_further(31)));
}

TEST_CASE("what is over a limit is not plain") {
    const std::string whole = with_length + "\r\nok";
    CHECK(is_plain(whole, {.header_bytes = whole.size(), .header_fields = 2, .body_bytes = 2}));
    CHECK_FALSE(is_plain(whole, {.header_bytes = whole.size() - 2, .header_fields = 2, .body_bytes = 2}));
    CHECK_FALSE(is_plain(whole, {.header_bytes = whole.size(), .header_fields = 1, .body_bytes = 2}));
    CHECK_FALSE(is_plain(whole, {.header_bytes = whole.size(), .header_fields = 2, .body_bytes = 1}));
}
