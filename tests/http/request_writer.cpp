#include "http/request_writer.hpp"

#include "core/checked_fields.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

using namespace coauth;
using http::origin;
using http::write_connect;
using http::write_request;

namespace {

/// As the pool does: the URL first, then the rest. Says to whom it goes.
result<origin> write_to(std::string& out, const http_request& request) {
    const auto goes_to = http::read_url(request.url());
    if (!goes_to)
        return goes_to.error();
    if (const auto checked = http::check_request(request); !checked)
        return checked.error();
    write_request(out, request, *goes_to);
    return goes_to->to;
}

std::string written(const http_request& request) {
    std::string out;
    const auto done = write_to(out, request);
    return done ? out : "refused: " + done.error().message();
}

failure refused(const http_request& request) {
    std::string out = "before";
    const auto done = write_to(out, request);
    CHECK(out == "before");
    return done ? failure{} : done.error();
}

http_request with_header(std::string_view name, std::string_view value) {
    http_request request{"GET", "https://a.example/"};
    request.add_header(name, value);
    return request;
}

}  // namespace

TEST_CASE("what comes behind fields that were checked is looked at, wherever the request went meanwhile") {
    const auto checked = [] {
        http_request request = with_header("Accept", "application/json");
        checked_fields::note(request);
        return request;
    };
    CHECK(written(checked()).find("Accept: application/json") != std::string::npos);
    for (const auto& [name, value] :
         {std::pair{"X-Line", "a\r\nb"}, std::pair{"Host", "evil.example"}, std::pair{"no token", "x"}}) {
        CAPTURE(name);
        http_request request = checked();
        request.add_header(name, value);
        CHECK(refused(request).code == errc::invalid_argument);
        const http_request copied{request};
        CHECK(refused(copied).code == errc::invalid_argument);
        http_request assigned{"GET", "https://b.example/"};
        assigned = std::move(request);
        CHECK(refused(assigned).code == errc::invalid_argument);
        http_request anew = checked();
        anew = with_header(name, value);  // of which nothing was checked
        CHECK(refused(anew).code == errc::invalid_argument);
    }
}

TEST_CASE("a request is written as RFC 9112 has it") {
    http_request request{"POST", "https://api.example/oauth/token?v=1#fragment"};
    request.add_header("Content-Type", "application/x-www-form-urlencoded");
    request.add_header("Accept", "application/json");
    request.append_body("code=a%20b");
    CHECK(written(request) ==
          "POST /oauth/token?v=1 HTTP/1.1\r\n"
          "Host: api.example\r\n"
          "Content-Type: application/x-www-form-urlencoded\r\n"
          "Accept: application/json\r\n"
          "Content-Length: 10\r\n"
          "\r\n"
          "code=a%20b");
}

TEST_CASE("a length is written where there is a body or is meant to be one") {
    for (const std::string method : {"POST", "PUT", "PATCH"})
        CHECK(written({method, "https://a.example/"}).find("\r\nContent-Length: 0\r\n") != std::string::npos);
    for (const std::string method : {"GET", "HEAD", "DELETE", "OPTIONS"})
        CHECK(written({method, "https://a.example/"}).find("Content-Length") == std::string::npos);
    http_request removal{"DELETE", "https://a.example/"};
    removal.append_body("x");
    CHECK(written(removal).find("\r\nContent-Length: 1\r\n\r\nx") != std::string::npos);
}

TEST_CASE("the target is path and query, as they stand in the URL") {
    const auto target = [](std::string_view url) {
        const std::string wire = written({"GET", url});
        return wire.substr(4, wire.find(" HTTP/1.1") - 4);
    };
    CHECK(target("https://a.example") == "/");
    CHECK(target("https://a.example?x=1") == "/?x=1");
    CHECK(target("https://a.example/?") == "/?");
    CHECK(target("https://a.example/a%2Fb/../c;d?e=%0D%0A+f") == "/a%2Fb/../c;d?e=%0D%0A+f");
    CHECK(target("https://a.example//double#f") == "//double");
}

TEST_CASE("requests are appended, so that a buffer can be used again") {
    std::string out = "earlier";
    REQUIRE(write_to(out, {"GET", "https://a.example/"}).has_value());
    CHECK(out == "earlierGET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
}

TEST_CASE("Host is the URL's, with its port where that is not 443") {
    const auto host = [](std::string_view url) {
        const std::string wire = written({"GET", url});
        const auto at = wire.find("Host: ") + 6;
        return wire.substr(at, wire.find("\r\n", at) - at);
    };
    CHECK(host("https://API.Hikka.io/") == "api.hikka.io");
    CHECK(host("https://a.example:443/") == "a.example");
    CHECK(host("https://a.example:/") == "a.example");
    CHECK(host("https://a.example:8443/") == "a.example:8443");
    CHECK(host("https://127.0.0.1:8443/") == "127.0.0.1:8443");
    CHECK(host("https://[::1]:8443/") == "[::1]:8443");
    CHECK(host("https://[2001:DB8::1]/") == "[2001:db8::1]");
}

TEST_CASE("a request goes to its URL's host and port") {
    const auto origin_of = [](std::string_view url) {
        std::string out;
        return write_to(out, {"GET", url});
    };
    CHECK(origin_of("https://A.example/x?y").value() == origin{"a.example", 443});
    CHECK(origin_of("HTTPS://a.example:444").value() == origin{"a.example", 444});
    CHECK(origin_of("https://[::1]/").value() == origin{"::1", 443});
    CHECK_FALSE(origin{"a.example", 443} == origin{"a.example", 444});
}

TEST_CASE("only an https URL of a plain host is sent to, and none is repeated in an error") {
    for (const std::string url : {"http://a.example/topsecret",
                                  "ftp://a.example/topsecret",
                                  "a.example/topsecret",
                                  "/topsecret",
                                  "",
                                  "https:///topsecret",
                                  "https://user:topsecret@a.example/",
                                  "https://topsecret@a.example/",
                                  "https://a.example:0/topsecret",
                                  "https://a.example:65536/topsecret",
                                  "https://a.example:x/topsecret",
                                  "https://a%2eexample/topsecret",
                                  "https://a.example\r\nX: topsecret/",
                                  "https://a.example/topsecret\r\nX: y",
                                  "https://a.example/top secret",
                                  "https://a example/topsecret",
                                  "https://[v1.a]/topsecret",
                                  "https://[fe80::1%25eth0]/topsecret",
                                  "https://a.example,b.example/topsecret",
                                  "https:a.example/topsecret"}) {
        CAPTURE(url);
        const failure why = refused({"GET", url});
        CHECK(why.code == errc::invalid_argument);
        CHECK(why.message().find("secret") == std::string::npos);
    }
}

TEST_CASE("a header with a line break or another control character is refused by name, without its value") {
    using namespace std::string_literals;
    for (const std::string& value : {"topsecret\r\nX-Injected: 1"s, "topsecret\n"s, "\rtopsecret"s, "top\0secret"s,
                                     "topsecret\x1b"s, "topsecret\x7f"s, "\x01topsecret"s}) {
        const failure why = refused(with_header("Authorization", value));
        CHECK(why.code == errc::invalid_argument);
        CHECK(why.detail.find("Authorization") != std::string::npos);
        CHECK(why.detail.find("secret") == std::string::npos);
        CHECK(why.detail.find("Injected") == std::string::npos);
        CHECK_FALSE(why.request_sent);
    }
    CHECK(written(with_header("X", "a\tb caf\xc3\xa9")).find("X: a\tb caf\xc3\xa9\r\n") != std::string::npos);
}

TEST_CASE("a header's name is a token") {
    for (const std::string name : {"", "X Y", "X:", "X\r\nY", "X\n", "(X)", "X\x80"}) {
        CAPTURE(name);
        const failure why = refused(with_header(name, "topsecret"));
        CHECK(why.code == errc::invalid_argument);
        CHECK(why.detail.find('\n') == std::string::npos);
        CHECK(why.detail.find("topsecret") == std::string::npos);
    }
    CHECK(written(with_header("X-_.~!#$%&'*+^`|9", "y")).find("X-_.~!#$%&'*+^`|9: y\r\n") != std::string::npos);
}

TEST_CASE("what frames a message and whom a connection serves is the transport's to say") {
    for (const std::string name : {"Host", "host", "Content-Length", "TRANSFER-ENCODING", "Connection", "Keep-Alive",
                                   "Proxy-Connection", "TE", "Trailer", "Upgrade", "Expect"}) {
        CAPTURE(name);
        const failure why = refused(with_header(name, "x"));
        CHECK(why.code == errc::invalid_argument);
        CHECK(why.detail.find(name) != std::string::npos);
    }
}

TEST_CASE("a method is a token, and not CONNECT") {
    for (const std::string method : {"", "GET ", "GET / HTTP/1.1\r\nX:", "G\nET", "CONNECT"}) {
        CAPTURE(method);
        CHECK(refused({method, "https://a.example/"}).code == errc::invalid_argument);
    }
    CHECK(written({"PURGE", "https://a.example/"}).starts_with("PURGE / HTTP/1.1\r\n"));
}

TEST_CASE("a tunnel is asked for with the proxy's credentials, if any") {
    std::string out;
    REQUIRE(write_connect(out, "a.example:443", "").has_value());
    CHECK(out == "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n");
    out.clear();
    REQUIRE(write_connect(out, "[::1]:8443", "Basic dTpw").has_value());
    CHECK(out == "CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\nProxy-Authorization: Basic dTpw\r\n\r\n");
    out.clear();
    CHECK(write_connect(out, "a.example:443\r\nX: y", "").has_error());
    CHECK(write_connect(out, "a.example:443", "Basic topsecret\r\nX: y").error().detail.find("topsecret") ==
          std::string::npos);
    CHECK(out.empty());
}
