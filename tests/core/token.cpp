#include <coauth/core/token.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include <string>

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

coauth::errc refusal_of(std::string_view text) {
    const coauth::result<coauth::token> read = coauth::read_token_json(json::parse(text));
    REQUIRE(read.has_error());
    return read.error().code;
}

}  // namespace

TEST_CASE("a token survives its JSON") {
    coauth::token token{coauth::secret{"at"}};
    token.token_type = "Bearer";
    token.refresh_token = coauth::secret{"rt"};
    token.issued_at = coauth::clock::wall_time{1000s};
    token.expires_at = coauth::clock::wall_time{4600s};
    token.refresh_expires_at = coauth::clock::wall_time{9000s};
    token.scopes = std::vector<std::string>{"openid", "email"};
    token.extra["user_id"] = 42;
    token.warnings = {"expires is negative"};

    const coauth::token back = coauth::read_token_json(coauth::reveal(token)).value();
    CHECK(back.access_token == token.access_token);
    CHECK(back.token_type == "Bearer");
    CHECK(back.refresh_token == token.refresh_token);
    CHECK(back.issued_at == token.issued_at);
    CHECK(back.expires_at == token.expires_at);
    CHECK(back.refresh_expires_at == token.refresh_expires_at);
    CHECK(back.scopes == token.scopes);
    CHECK(back.extra == token.extra);
    CHECK(back.warnings == token.warnings);
}

TEST_CASE("what is absent stays absent, and no scopes are not the same as unknown scopes") {
    coauth::token token{coauth::secret{"at"}};
    CHECK(json::serialize(coauth::reveal(token)) == R"({"access_token":"at"})");
    CHECK_FALSE(coauth::read_token_json(coauth::reveal(token)).value().scopes);
    token.scopes.emplace();
    CHECK(coauth::read_token_json(coauth::reveal(token)).value().scopes->empty());
}

TEST_CASE("unknown members of a token's JSON are kept") {
    const auto read = coauth::read_token_json(json::parse(R"({"access_token":"at","user_id":7})"));
    CHECK(read.value().extra.at("user_id") == 7);
}

TEST_CASE("a token's JSON that makes no sense is refused, and nothing of it is shown") {
    CHECK(refusal_of("[]") == coauth::errc::invalid_argument);
    CHECK(refusal_of("{}") == coauth::errc::invalid_argument);
    CHECK(refusal_of(R"({"access_token":""})") == coauth::errc::invalid_argument);
    CHECK(refusal_of(R"({"access_token":7})") == coauth::errc::invalid_argument);
    CHECK(refusal_of(R"({"access_token":"at","expires_at":"soon"})") == coauth::errc::invalid_argument);
    CHECK(refusal_of(R"({"access_token":"at","expires_at":1e30})") == coauth::errc::invalid_argument);
    CHECK(refusal_of(R"({"access_token":"at","expires_at":9223372036854775807})") == coauth::errc::invalid_argument);
    CHECK(refusal_of(R"({"access_token":"at","scopes":["a",1]})") == coauth::errc::invalid_argument);
    CHECK(refusal_of(R"({"access_token":"at","extra":[]})") == coauth::errc::invalid_argument);

    const auto read = coauth::read_token_json(json::parse(R"({"access_token":"hunter2","refresh_token":9})"));
    CHECK(read.error().message().find("hunter2") == std::string::npos);
    CHECK(read.error().message().find("refresh_token") != std::string::npos);
}

TEST_CASE("a token is expired from its end on; one without an end never is") {
    coauth::token token{coauth::secret{"at"}};
    CHECK_FALSE(token.expired(coauth::clock::wall_time{1s}));
    token.expires_at = coauth::clock::wall_time{10s};
    CHECK_FALSE(token.expired(coauth::clock::wall_time{9s}));
    CHECK(token.expired(coauth::clock::wall_time{10s}));
}
