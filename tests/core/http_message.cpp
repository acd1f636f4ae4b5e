#include <coauth/core/http_message.hpp>

#include <doctest/doctest.h>

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

TEST_CASE("a request is a GET unless said otherwise, and is not taken for idempotent") {
    const coauth::http_request request;
    CHECK(request.method == "GET");
    CHECK_FALSE(request.idempotent);
    CHECK_FALSE(request.timeout);
}
