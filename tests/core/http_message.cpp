#include "core/field_lengths.hpp"

#include <coauth/core/http_message.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <malloc.h>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

/// Names and values. Views, so that no copy of a secret is left by those who look.
using field_list = std::vector<std::pair<std::string_view, std::string_view>>;

field_list fields_of(const coauth::http_message& message) {
    field_list all;
    for (const auto& [name, value] : message.headers()) {
        all.emplace_back(name, value);
    }
    return all;
}

}  // namespace

TEST_CASE("a response finds its fields whatever their case, the first of a name") {
    coauth::http_response response{200, "{}"};
    response.add_header("Content-Type", "application/json");
    response.add_header("Retry-After", "5");
    response.add_header("retry-after", "7");
    CHECK(response.status() == 200);
    CHECK(response.body() == "{}");
    CHECK(response.header_count() == 3);
    CHECK(response.header("content-type") == "application/json");
    CHECK(response.header("RETRY-AFTER") == "5");
    CHECK_FALSE(response.header("Content"));
    CHECK_FALSE(response.header(""));
}

TEST_CASE("the fields of a message come in their order, each as it was added") {
    coauth::http_request request{"GET", "https://a.example/"};
    coauth::http_response response{200, "{}"};
    CHECK(fields_of(request).empty());
    CHECK(fields_of(response).empty());
    const field_list added{{"X-Second", "1"}, {"X-First", ""}, {"x-second", "2"}};
    for (const auto& [name, value] : added) {
        request.add_header(name, value);
        response.add_header(name, value);
    }
    CHECK(fields_of(request) == added);
    CHECK(fields_of(response) == added);
    CHECK(request.header_count() == 3);
    CHECK(response.header_count() == 3);
    CHECK(request.url() == "https://a.example/");
    CHECK(request.body().empty());
    CHECK(response.body() == "{}");
}

TEST_CASE("a response that is made of what was received is as one to which its fields were added") {
    const std::vector<coauth::field_lengths> lengths{{8, 1}, {7, 0}, {8, 1}};
    coauth::http_response response =
        coauth::received_response(201, "X-Second: 1\r\nX-First: \r\nx-second: 2\r\n", lengths, "{}");
    CHECK(response.status() == 201);
    CHECK(response.body() == "{}");
    CHECK(response.header_count() == 3);
    CHECK(fields_of(response) == field_list{{"X-Second", "1"}, {"X-First", ""}, {"x-second", "2"}});
    response.add_header("X-Third", "3");
    response.append_body("!");
    CHECK(response.body() == "{}!");
    CHECK(response.header("x-third") == "3");
    const coauth::http_response bare = coauth::received_response(200, "", {}, "");
    CHECK(bare.header_count() == 0);
    CHECK(fields_of(bare).empty());
    CHECK(bare.body().empty());
}

TEST_CASE("a value may hold what looks like the end of a field, and another one") {
    coauth::http_request request{"GET", "https://a.example/"};
    request.add_header("X-First", "1\r\nX-Injected: 2\r\n");
    request.add_header("X: 3\r\nX-Second", "");
    request.write_header("X-Third", [](std::string& to) { return to.append("\r\n\r\n").size() > 0; });
    CHECK(fields_of(request) ==
          field_list{{"X-First", "1\r\nX-Injected: 2\r\n"}, {"X: 3\r\nX-Second", ""}, {"X-Third", "\r\n\r\n"}});
    CHECK(request.header_count() == 3);
    CHECK_FALSE(request.header("X-Injected"));
    CHECK_FALSE(request.header("X-Second"));
}

TEST_CASE("the fields are written as they are sent") {
    coauth::http_request request{"POST", "https://a.example/"};
    std::string wire = "before ";
    request.write_headers(wire);
    CHECK(wire == "before ");
    CHECK(request.header_bytes() == 0);
    request.append_body("{}");
    request.add_header("X-First", "1");
    request.add_header("X-Second", "");
    request.write_headers(wire);
    CHECK(wire == "before X-First: 1\r\nX-Second: \r\n");
    CHECK(request.header_bytes() == wire.size() - std::string_view("before ").size());
}

TEST_CASE("a response that is assigned arrives as it was, and leaves an empty one") {
    for (const std::string& body : {std::string{"short"}, std::string(100, 'x')}) {
        coauth::http_response from{201, body};
        coauth::http_response to{404, "what was there"};
        to.add_header("X-Old", "1");
        to = std::move(from);
        CHECK(to.status() == 201);
        CHECK(to.body() == body);
        CHECK(to.header_count() == 0);
        CHECK(from.status() == 0);
        CHECK(from.body().empty());
        from = to;
        CHECK(from.body() == body);
        coauth::http_response& same = from;
        from = std::move(same);
        CHECK(from.status() == 201);
        CHECK(from.body() == body);
    }
}

TEST_CASE("what is added to a message may be a view of it, also where it grows for that") {
    coauth::http_request request{"GET", "https://b/"};
    request.add_header("Referer", request.url());
    request.append_body("body");
    for (int times = 0; times != 20; ++times) {
        const auto [name, value] = *request.headers().begin();
        request.add_header(name, value);
        request.append_body(request.body().substr(0, 4));
        request.add_header("X-Body", request.body());
        request.write_header(request.url(), [](std::string& to) { return to.append("1").size() > 0; });
    }
    CHECK(request.url() == "https://b/");
    CHECK(request.header_count() == 61);
    std::size_t number = 0;
    for (const auto& [name, value] : request.headers()) {
        CAPTURE(number);
        const std::size_t round = (number + 2) / 3;
        const std::string_view names[]{"https://b/", "Referer", "X-Body"};
        CHECK(name == (number == 0 ? "Referer" : names[number % 3]));
        if (number % 3 == 2) {
            CHECK(value.size() == 4 * (round + 1));
            CHECK(value.substr(value.size() - 4) == "body");
        } else {
            CHECK(value == (number != 0 && number % 3 == 0 ? "1" : "https://b/"));
        }
        ++number;
    }
    CHECK(request.body().size() == 84);
    CHECK(request.body().substr(80) == "body");
}

TEST_CASE("a field is written piece by piece, and is none where the writer says so") {
    coauth::http_request request{"GET", "https://a.example/"};
    request.add_header("Accept", "text/plain");
    request.write_header("Authorization", [](std::string& to) {
        to.append("Bearer ").append("at-1");
        return true;
    });
    request.write_header("X-Begun", [](std::string& to) {
        to.append("half of");
        return false;
    });
    request.write_header("X-Empty", [](std::string&) { return true; });
    CHECK(fields_of(request) ==
          field_list{{"Accept", "text/plain"}, {"Authorization", "Bearer at-1"}, {"X-Empty", ""}});
    CHECK(request.header_count() == 3);
    CHECK_FALSE(request.header("X-Begun"));
    CHECK(request.url() == "https://a.example/");
    CHECK(request.body().empty());
}

TEST_CASE("a body is written piece by piece behind the fields, and a later field stands before it") {
    coauth::http_request request{"POST", "https://a.example/"};
    request.add_header("Content-Type", "application/json");
    const int returned = request.write_body([](std::string& to) {
        to.append(R"({"a":)");
        return 7;
    });
    CHECK(returned == 7);
    request.append_body("1}");
    CHECK(request.body() == R"({"a":1})");
    request.add_header("Accept", "text/plain");
    CHECK(request.body() == R"({"a":1})");
    CHECK(fields_of(request) == field_list{{"Content-Type", "application/json"}, {"Accept", "text/plain"}});
    CHECK(request.url() == "https://a.example/");
}

TEST_CASE(
    "a field that is written when there is a body stands before it, and leaves it alone where it is not finished") {
    coauth::http_request request{"POST", "https://a.example/"};
    request.append_body("{}");
    request.write_header("Accept", [](std::string& to) {
        to.append("text/plain");
        return true;
    });
    request.write_header("X-Begun", [](std::string& to) {
        to.append("half of");
        return false;
    });
    const auto fails = [](std::string& to) -> bool {
        to.append("half of");
        throw std::bad_alloc{};
    };
    CHECK_THROWS_AS(request.write_header("X-Failed", fails), std::bad_alloc);
    CHECK(request.body() == "{}");
    CHECK(fields_of(request) == field_list{{"Accept", "text/plain"}});
    CHECK(request.url() == "https://a.example/");
}

TEST_CASE("what is shown of a URL is nothing until it is set, then the URL itself or another") {
    coauth::http_request request{"GET", "https://a.example/?key=k"};
    CHECK(request.safe_url().empty());
    CHECK_FALSE(request.url_is_safe());
    request.set_safe_url("https://a.example/?key={key}");
    CHECK(request.safe_url() == "https://a.example/?key={key}");
    CHECK_FALSE(request.url_is_safe());
    request.set_safe_url("https://a.example/?key=k");
    CHECK(request.safe_url() == request.url());
    CHECK(request.url_is_safe());
    request.add_header("X-Long", std::string(1000, 'x'));  // the URL moves
    CHECK(request.safe_url() == "https://a.example/?key=k");
    request.set_safe_url("https://a.example/");
    CHECK(request.safe_url() == "https://a.example/");
    CHECK_FALSE(request.url_is_safe());
    CHECK(request.url() == "https://a.example/?key=k");
}

namespace {

constexpr std::string_view mark = "s3cr3t-mark";
std::atomic<std::size_t> marks_freed = 0;  // every thread of the suite frees by what follows

void free_and_look(void* memory) noexcept {
    if (memory != nullptr) {
        const std::string_view bytes{static_cast<const char*>(memory), malloc_usable_size(memory)};
        marks_freed += bytes.find(mark) != std::string_view::npos ? 1 : 0;
        std::free(memory);
    }
}

/// Longer than the small buffer of a string.
const std::string marked = std::string(mark) + std::string(40, '.');
const std::string marked_line = "Location: " + marked + "\r\n";

}  // namespace

void* operator new(std::size_t size) {
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept {
    free_and_look(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    free_and_look(memory);
}

TEST_CASE("messages are wiped when they die, and when they are assigned over") {
    marks_freed = 0;
    {
        coauth::http_request request{"POST", marked};
        request.append_body(marked);
        request.add_header("Authorization", marked);
        const coauth::http_request copy = request;
        request = copy;
        request = coauth::http_request{"GET", "https://b/"};
        CHECK(request.url() == "https://b/");
        CHECK(request.header_count() == 0);
        coauth::http_request& same = request = copy;
        request = same;
        CHECK(request.body() == marked);
        coauth::http_response response{200, marked};
        response.add_header("Location", marked);
        const coauth::field_lengths lengths{8, static_cast<std::uint32_t>(marked.size())};
        response = coauth::received_response(200, marked_line, {&lengths, 1}, marked);
        response = coauth::http_response{404};
        CHECK(response.status() == 404);
        CHECK(response.header_count() == 0);
    }
    CHECK(marks_freed == 0);
    const auto unwiped = std::make_unique<std::string>(marked);
    unwiped->assign(200, '.');
    CHECK(marks_freed == 1);  // the test would see it
}

namespace {

void check_same(const coauth::http_request& one, const coauth::http_request& other) {
    CHECK(one.method() == other.method());
    CHECK(one.url() == other.url());
    CHECK(one.safe_url() == other.safe_url());
    CHECK(one.url_is_safe() == other.url_is_safe());
    CHECK(fields_of(one) == fields_of(other));
    CHECK(one.header_count() == other.header_count());
    CHECK(one.body() == other.body());
    CHECK(one.provider == other.provider);
    CHECK(one.operation == other.operation);
    CHECK(one.idempotent == other.idempotent);
    CHECK(one.timeout == other.timeout);
}

/// The request is on the heap, so that also what it holds within itself is looked at when it dies.
void check_moves(std::unique_ptr<coauth::http_request> from) {
    const coauth::http_request before = *from;
    auto moved = std::make_unique<coauth::http_request>(std::move(*from));
    from.reset();
    check_same(*moved, before);
    coauth::http_request assigned{"HEAD", marked};
    assigned = std::move(*moved);
    check_same(assigned, before);
    *moved = coauth::http_request{"GET", "https://b/"};
    CHECK(moved->url() == "https://b/");
}

}  // namespace

TEST_CASE("a request that is moved arrives as it was, and leaves nothing unwiped behind") {
    marks_freed = 0;
    // In the small buffer of a string, and not in front, since a string that is moved from loses its first character.
    check_moves(std::make_unique<coauth::http_request>("GET", "/" + std::string(mark)));
    auto large = std::make_unique<coauth::http_request>("POST", marked);
    large->add_header("Authorization", marked);
    large->append_body(marked);
    large->set_safe_url("https://a.example/{code}");
    large->provider = "hitkey";
    large->operation = "exchange";
    large->idempotent = true;
    large->timeout = std::chrono::seconds{5};
    check_moves(std::move(large));
    auto shown = std::make_unique<coauth::http_request>("GET", marked);
    shown->set_safe_url(marked);
    check_moves(std::move(shown));
    CHECK(marks_freed == 0);
}

TEST_CASE("a response that is assigned to another leaves nothing unwiped behind, whatever the other had") {
    marks_freed = 0;
    for (const std::string& before : {std::string{}, std::string{"short"}, std::string(60, 'x')}) {
        // In the small buffer of a string, and not in front, since a string that is moved from loses its first one.
        auto from = std::make_unique<coauth::http_response>(200, "/" + std::string(mark));
        auto to = std::make_unique<coauth::http_response>(404, before);
        *to = std::move(*from);
        from.reset();
        CHECK(marks_freed == 0);
        CHECK(to->body().substr(1) == mark);
    }
    CHECK(marks_freed == 0);
}

TEST_CASE("a request is a GET unless said otherwise, and is not taken for idempotent") {
    const coauth::http_request request;
    CHECK(request.method() == "GET");
    CHECK_FALSE(request.idempotent);
    CHECK_FALSE(request.timeout);
}
