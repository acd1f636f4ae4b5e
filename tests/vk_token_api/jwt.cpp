#include "examples/vk_token_api/jwt.hpp"

#include "examples/vk_token_api/bearer.hpp"
#include "examples/vk_token_api/hmac.hpp"

#include <coauth/core/encoding.hpp>

#include <doctest/doctest.h>

namespace vk_token_api {
namespace {

using namespace std::chrono_literals;

const coauth::clock::wall_time now{1'768'000'000s};
const char* const header_of_hs256 = R"({"alg":"HS256","typ":"JWT"})";

jwt_rules rules() {
    return {coauth::secret{"a key for tests, of 32 bytes or more"}};
}

/// A token with just these parts, rightly signed.
std::string made_of(const std::string& header, const std::string& claims) {
    const std::string text = coauth::base64url(header) + "." + coauth::base64url(claims);
    return text + "." + coauth::base64url(hmac_sha256(rules().key, text));
}

std::string why_not(const std::string& token, const jwt_rules& by = rules()) {
    const auto read = verify_jwt(by, token, now);
    return read ? "" : read.error().why;
}

TEST_CASE("jwt: HMAC-SHA256 is that of RFC 4231, test case 2") {
    const std::string digest = hmac_sha256(coauth::secret{"Jefe"}, "what do ya want for nothing?");
    CHECK(coauth::base64url(digest) == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
}

TEST_CASE("jwt: what was minted is taken until it expires, and no longer") {
    const auto token = mint_jwt(rules(), {"ann", now + 1h});
    const auto read = verify_jwt(rules(), token.reveal(), now);
    REQUIRE(read.has_value());
    CHECK(read->subject == "ann");
    CHECK(read->expires_at == now + 1h);
    CHECK(verify_jwt(rules(), token.reveal(), now + 1h - 1s).has_value());
    CHECK(verify_jwt(rules(), token.reveal(), now + 1h).error().why == "The token has expired");
}

TEST_CASE("jwt: a token of another maker is taken, with exp as a fraction and claims that we do not know") {
    CHECK(why_not(made_of(R"({"typ":"JWT","alg":"HS256","kid":"1"})",
                          R"({"sub":"ann","exp":1768000000.5,"iat":1767990000,"role":"admin"})")) == "");
}

TEST_CASE("jwt: HS256 is the only algorithm") {
    const std::string claims = R"({"sub":"ann","exp":1768003600})";
    CHECK(why_not(made_of(R"({"alg":"none"})", claims)) == "The algorithm of the token is not HS256");
    CHECK(why_not(made_of(R"({"alg":"HS512"})", claims)) == "The algorithm of the token is not HS256");
    CHECK(why_not(made_of(R"({"alg":"hs256"})", claims)) == "The algorithm of the token is not HS256");
    CHECK(why_not(made_of(R"({"typ":"JWT"})", claims)) == "The algorithm of the token is not HS256");
    CHECK(why_not(made_of(R"({"alg":"HS256","crit":["b64"],"b64":false})", claims)) ==
          "The algorithm of the token is not HS256");
    const std::string unsigned_text = coauth::base64url(R"({"alg":"none"})") + "." + coauth::base64url(claims) + ".";
    CHECK(why_not(unsigned_text) == "The signature of the token is wrong");
}

TEST_CASE("jwt: any change is noticed") {
    const std::string token(mint_jwt(rules(), {"ann", now + 1h}).reveal());
    for (std::size_t at = 0; at < token.size(); ++at) {
        std::string changed = token;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        CHECK(why_not(changed) != "");
    }
    CHECK(why_not(token + "A") == "The signature of the token is wrong");
    CHECK(why_not(token.substr(0, token.size() - 1)) == "The signature of the token is wrong");
    const jwt_rules others{coauth::secret{"another key for tests, of 32 bytes"}};
    CHECK(why_not(token, others) == "The signature of the token is wrong");
}

TEST_CASE("jwt: what is no token") {
    for (const char* text : {"", ".", "..", "...", "a.b", "a.b.c.d", "Bearer"}) {
        CHECK(why_not(text) != "");
    }
    CHECK(why_not(std::string(5000, 'a') + ".b.c") == "This is not a JSON Web Token");
    CHECK(why_not(made_of(header_of_hs256, "[]")) == "This is not a JSON Web Token");
    CHECK(why_not(made_of("no JSON", "{}")) == "The algorithm of the token is not HS256");
}

TEST_CASE("jwt: exp and sub have to be there, nbf is kept") {
    const auto why = [](const char* claims) { return why_not(made_of(header_of_hs256, claims)); };
    CHECK(why(R"({"sub":"ann"})") == "The token has no exp");
    CHECK(why(R"({"sub":"ann","exp":"1768003600"})") == "The token has no exp");
    CHECK(why(R"({"sub":"ann","exp":-1})") == "The token has no exp");
    CHECK(why(R"({"sub":"ann","exp":1e300})") == "");
    CHECK(why(R"({"exp":1768003600})") == "The token has no sub");
    CHECK(why(R"({"sub":"","exp":1768003600})") == "The token has no sub");
    CHECK(why(R"({"sub":7,"exp":1768003600})") == "The token has no sub");
    CHECK(why(R"({"sub":"ann","exp":1768003600,"nbf":1768000001})") == "The token is not valid yet");
    CHECK(why(R"({"sub":"ann","exp":1768003600,"nbf":1768000000})") == "");
}

TEST_CASE("jwt: a token for somebody else is not for us") {
    const auto token = [](const char* aud) {
        return made_of(header_of_hs256, R"({"sub":"ann","exp":1768003600,"aud":)" + std::string(aud) + "}");
    };
    jwt_rules ours = rules();
    ours.audience = "vk";
    CHECK(why_not(token(R"("vk")"), ours) == "");
    CHECK(why_not(token(R"(["mail","vk"])"), ours) == "");
    CHECK(why_not(token(R"("mail")"), ours) == "The token is for another audience");
    CHECK(why_not(token("7"), ours) == "The token is for another audience");
    CHECK(why_not(token(R"("vk")")) == "The token is for another audience");
    CHECK(why_not(std::string(mint_jwt(rules(), {"ann", now + 1h}).reveal()), ours) ==
          "The token is for another audience");
    CHECK(why_not(std::string(mint_jwt(ours, {"ann", now + 1h}).reveal()), ours) == "");
}

TEST_CASE("bearer: the header's scheme is read whatever its case") {
    const std::string token(mint_jwt(rules(), {"ann", now + 1h}).reveal());
    CHECK(*bearer_subject(rules(), "Bearer " + token, now) == "ann");
    CHECK(*bearer_subject(rules(), "bearer  " + token, now) == "ann");
    for (const std::string& header : {std::string{}, std::string{"Bearer"}, std::string{"Bearer "}, token,
                                      "Basic " + token, "Bearer " + token + " x"}) {
        const auto refused = bearer_subject(rules(), header, now);
        REQUIRE(refused.has_error());
        CHECK(refused.error().status == 401);
    }
}

}  // namespace
}  // namespace vk_token_api
