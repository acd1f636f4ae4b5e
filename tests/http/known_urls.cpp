#include "http/known_urls.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace coauth;
using http::known_urls;

namespace {

http_request asked(const std::string& url, const std::string& safe_url) {
    http_request request{"GET", url};
    request.set_safe_url(safe_url);
    return request;
}

}  // namespace

TEST_CASE("a URL says the same however often it is read") {
    known_urls urls;
    for (int again = 0; again < 3; ++again) {
        for (int number = 0; number < 100; ++number) {
            const std::string path = "/oauth/token/" + std::to_string(number);
            const std::string url = "https://API.example:8443" + path;
            for (const std::string& safe : {url, std::string{}, std::string{"https://api.example:8443/{code}"}}) {
                const auto read = urls.read(asked(url, safe));
                REQUIRE(read.has_value());
                CHECK((*read)->to == http::origin{"api.example", 8443});
                CHECK((*read)->head == " " + path + " HTTP/1.1\r\nHost: api.example:8443\r\n");
            }
        }
    }
}

TEST_CASE("many threads read what others have just come to know") {
    known_urls urls;
    std::atomic<int> right{0};
    std::vector<std::thread> readers;
    for (int thread = 0; thread < 4; ++thread) {
        readers.emplace_back([&, thread] {
            for (int number = 0; number < 400; ++number) {
                const std::string path = "/" + std::to_string((number + 25 * thread) % 100);
                const std::string url = "https://api.example" + path;
                const auto read = urls.read(asked(url, url));
                right += read && (*read)->head == " " + path + " HTTP/1.1\r\nHost: api.example\r\n" ? 1 : 0;
            }
        });
    }
    for (std::thread& each : readers) {
        each.join();
    }
    CHECK(right == 1600);
}

TEST_CASE("a URL that may not be asked is refused however often it is tried") {
    known_urls urls;
    for (int again = 0; again < 3; ++again) {
        const auto read = urls.read(asked("http://a.example/", "http://a.example/"));
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().code == errc::invalid_argument);
    }
}
