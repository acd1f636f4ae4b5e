#include "provider/foreign_text.hpp"

#include <doctest/doctest.h>

#include <string>

using coauth::provider::foreign_text;

TEST_CASE("words are shown as they are") {
    for (const std::string words :
         {"", "redirect_uri_mismatch", "incorrect_client_credentials", "InvalidAuthorizationCodeException",
          "NOT_PROJECT_MEMBER_OF_THIS", "User authorization failed: access_token has expired.", "auth:missing_token",
          "The code 12345 is wrong.", "https://docs.example.com/errors/expired",
          "Ключ недействителен, войдите снова"}) {
        CAPTURE(words);
        CHECK(foreign_text(words) == words);
    }
}

TEST_CASE("what could be a secret is not shown, not even a half of it") {
    for (const std::string secret :
         {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
          "550e8400-e29b-41d4-a716-446655440000", "fdgdfg54df6g8df6g46d5fg46d5fg46d5fg4",
          "gho_16C7e42F292c6912E7710c838", "aBcDeFgHiJkLmNoPqRsTuV", "c2VjcmV0%2Bc2VjcmV0%3D%3D"}) {
        CAPTURE(secret);
        CHECK(foreign_text("token " + secret + ", please") == "token [redacted], please");
        CHECK(foreign_text(secret) == "[redacted]");
        CHECK(foreign_text("\"" + secret + "\"") == "\"[redacted]\"");
        const auto at_the_limit = foreign_text(std::string(495, ' ') + secret);
        CHECK(at_the_limit.find(secret.substr(0, 4)) == std::string::npos);
    }
}

TEST_CASE("control characters stay on one line, and the text is bounded") {
    const auto shown = foreign_text("a\r\nb\x1b[31m\t");
    CHECK(shown.find_first_of("\r\n\x1b\t") == std::string::npos);
    CHECK(foreign_text(std::string(10'000, '!')).size() <= 500);
}
