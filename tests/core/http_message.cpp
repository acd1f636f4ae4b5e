#include <coauth/core/http_message.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <memory>
#include <new>
#include <string>
#include <string_view>

TEST_CASE("a response finds its fields whatever their case, the first of a name") {
    coauth::http_response response{200, "{}"};
    response.add_header("Content-Type", "application/json")
        .add_header("Retry-After", "5")
        .add_header("retry-after", "7");
    CHECK(response.status() == 200);
    CHECK(response.body() == "{}");
    CHECK(response.header_count() == 3);
    CHECK(response.header("content-type") == "application/json");
    CHECK(response.header("RETRY-AFTER") == "5");
    CHECK_FALSE(response.header("Content"));
    CHECK_FALSE(response.header(""));
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
        request.body = marked;
        request.headers.emplace_back("Authorization", marked);
        const coauth::http_request copy = request;
        request = copy;
        request = coauth::http_request{"GET", "https://b/"};
        CHECK(request.url == "https://b/");
        CHECK(request.headers.empty());
        coauth::http_request& same = request = copy;
        request = same;
        CHECK(request.body == marked);
        coauth::http_response response{200, marked};
        response.add_header("Location", marked);
        response = coauth::http_response{404};
        CHECK(response.status() == 404);
        CHECK(response.header_count() == 0);
    }
    CHECK(marks_freed == 0);
    const auto unwiped = std::make_unique<std::string>(marked);
    unwiped->assign(200, '.');
    CHECK(marks_freed == 1);  // the test would see it
}

TEST_CASE("a request is a GET unless said otherwise, and is not taken for idempotent") {
    const coauth::http_request request;
    CHECK(request.method == "GET");
    CHECK_FALSE(request.idempotent);
    CHECK_FALSE(request.timeout);
}
