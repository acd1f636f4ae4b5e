#include "tests/web/raw_client.hpp"
#include "web/response_text.hpp"

#include <doctest/doctest.h>

#include <mutex>
#include <stdexcept>
#include <vector>

namespace web::test {
namespace {

/// What the handler was asked, seen from the test.
struct heard {
    coauth::awaitable<response> operator()(request asked) {
        const std::scoped_lock lock(mutex);
        requests.push_back(std::move(asked));
        co_return response{200, "text/plain", "heard"};
    }

    std::mutex mutex;
    std::vector<request> requests;
};

request asked_with(std::string name, std::string value, std::string target = "/") {
    request made;
    made.target = std::move(target);
    made.headers.push_back({std::move(name), std::move(value)});
    return made;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

TEST_CASE("a request arrives as it was sent") {
    heard all;
    running_server run([&all](request asked) { return all(std::move(asked)); });
    const std::string answer = raw_client(run.server)
                                   .talk(
                                       "POST /a%20b?c=%26d HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nContent-Length: "
                                       "3\r\nConnection: close\r\n\r\nxyz");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.ends_with("\r\nContent-Length: 5\r\nConnection: close\r\n\r\nheard"));
    REQUIRE(all.requests.size() == 1);
    CHECK(all.requests[0].method == "POST");
    CHECK(all.requests[0].target == "/a%20b?c=%26d");
    CHECK(all.requests[0].path == "/a b");
    CHECK(all.requests[0].query("c") == "&d");
    CHECK(all.requests[0].header_value("x-ONE") == "1");
    CHECK(all.requests[0].body == "xyz");
    CHECK(all.requests[0].address == "127.0.0.1");
}

TEST_CASE("a body in chunks is one body, and its trailers are no headers") {
    heard all;
    running_server run([&all](request asked) { return all(std::move(asked)); });
    raw_client(run.server)
        .talk(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            "2\r\nxy\r\n1\r\nz\r\n0\r\nX-Late: 1\r\n\r\n");
    REQUIRE(all.requests.size() == 1);
    CHECK(all.requests[0].body == "xyz");
    CHECK(all.requests[0].header_value("X-Late").empty());
}

TEST_CASE("a connection is kept, and what was sent ahead is answered in order") {
    running_server run(echo);
    const std::string answers =
        raw_client(run.server)
            .talk(
                "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
                "HEAD /3 HTTP/1.1\r\nHost: a\r\n\r\nGET /4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                "GET /5 HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(count(answers, "HTTP/1.1 200 OK") == 4);
    CHECK(answers.find("GET /1") < answers.find("POST /2 hi"));
    CHECK(answers.find("POST /2 hi") < answers.find("GET /4"));
    CHECK(count(answers, "HEAD /3") == 0);
    CHECK(count(answers, "Content-Length: 8") == 1);  // as long as what GET would get
    CHECK(count(answers, "/5") == 0);
}

TEST_CASE("HTTP/1.0 is answered and closed") {
    running_server run(echo);
    CHECK(raw_client(run.server).talk("GET /old HTTP/1.0\r\n\r\n").ends_with("\r\n\r\nGET /old "));
}

TEST_CASE("who waits for permission to send a body gets it") {
    running_server run(echo);
    raw_client client(run.server);
    client.send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n");
    CHECK(client.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(client.talk("hi").ends_with("PUT / hi"));
}

TEST_CASE("a handler that throws, or answers what cannot be sent, is a 500 that says nothing") {
    running_server throwing([](request) -> coauth::awaitable<response> {
        throw std::runtime_error("the password is hunter2");
        co_return response{};
    });
    running_server splitting([](request) -> coauth::awaitable<response> {
        response made{200, "text/plain", "fine"};
        made.headers.push_back({"Location", "/\r\nSet-Cookie: a=b"});
        co_return made;
    });
    for (const http_server* each : {&throwing.server, &splitting.server}) {
        const std::string answer = raw_client(*each).talk("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        CHECK(answer.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
        CHECK(count(answer, "hunter2") + count(answer, "Set-Cookie") == 0);
    }
}

TEST_CASE("parameters are decoded, and only a form has a form's") {
    const request form = [] {
        request made = asked_with("Content-Type", "application/x-www-form-urlencoded; charset=utf-8", "/?a=1+2&b");
        made.body = "name=Ann%20+A&name=Bob&bad";
        return made;
    }();
    CHECK(form.query("a") == "1 2");
    CHECK(form.query("b") == "");
    CHECK(form.query("c") == std::nullopt);
    CHECK(form.form("name") == "Ann  A");
    CHECK(form.form("bad") == "");
    request other = asked_with("Content-Type", "text/plain");
    other.body = "name=Ann";
    CHECK(other.form("name") == std::nullopt);
    CHECK(other.query("name") == std::nullopt);
    other.target = "/?name=%zz";
    CHECK(other.query("name") == std::nullopt);
}

TEST_CASE("cookies are found by their whole name") {
    const request asked = asked_with("cookie", "xa=1; a=2;b=3; ab=4; e=");
    CHECK(asked.cookie("a") == "2");
    CHECK(asked.cookie("b") == "3");
    CHECK(asked.cookie("e").empty());
    CHECK(asked.cookie("c").empty());
    CHECK(request{}.cookie("a").empty());
}

TEST_CASE("a response as text") {
    response made{303};
    made.headers.push_back({"Location", "/me"});
    CHECK(
        response_text(made, {true, false, 784'111'777}) ==
        "HTTP/1.1 303 See Other\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nLocation: /me\r\nContent-Length: 0\r\n\r\n");
    CHECK(response_text(response{204}, {false, false, 0}) ==
          "HTTP/1.1 204 No Content\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: close\r\n\r\n");
    CHECK_THROWS_AS((void)response_text(response{100}, {}), std::invalid_argument);
    made.headers[0].name = "Loca tion";
    CHECK_THROWS_AS((void)response_text(made, {}), std::invalid_argument);
}

}  // namespace
}  // namespace web::test
