#include "tests/flow/scripted_transport.hpp"

#include <coauth/flow/client.hpp>
#include <coauth/provider/catalog.hpp>

#include <boost/asio/error.hpp>
#include <doctest/doctest.h>

using coauth::errc;
using coauth::failure;
using coauth::test::failure_of;
using coauth::test::run;
using coauth::test::scripted_transport;

namespace {

constexpr const char* access_text = "access_text-token-0123456789-abcdef";
constexpr const char* refresh_text = "refresh-token-0123456789-abcdef";
constexpr const char* code = "code-0123456789-abcdef";
constexpr const char* client_secret = "client-secret-0123456789-abcdef";

coauth::client client_of(const char* provider, coauth::transport& via) {
    return coauth::client{via,
                          coauth::provider::builtin(provider),
                          {.client_id = "my-client",
                           .client_secret = coauth::secret{client_secret},
                           .redirect_uri = "https://app.example/callback"}};
}

coauth::token some_token() {
    coauth::token token{coauth::secret{access_text}};
    token.refresh_token = coauth::secret{refresh_text};
    return token;
}

void check_no_secret(const failure& what) {
    for (const char* secret : {access_text, refresh_text, code, client_secret}) {
        CHECK(what.message().find(secret) == std::string::npos);
    }
    CHECK(what.message().find('\n') == std::string::npos);
}

failure network_failure(errc reason, bool sent) {
    failure what;
    what.code = reason;
    what.request_sent = sent;
    return what;
}

}  // namespace

TEST_CASE("a refusal carries step, provider, status and the provider's own words") {
    scripted_transport via;
    via.answer(400, R"({"error":"Invalid or expired authorization code"})", {{"Content-Type", "application/json"}});
    const failure what = failure_of(client_of("hitkey", via).exchange(coauth::grant{coauth::secret{code}}));
    CHECK(what.code == errc::invalid_grant);
    CHECK(what.step == "exchange");
    CHECK(what.provider == "hitkey");
    CHECK(what.http_status == 400);
    CHECK(what.message().find("Invalid or expired authorization code") != std::string::npos);
    CHECK(what.request_sent);
    CHECK_FALSE(what.repeatable);
    CHECK_FALSE(coauth::is_retryable(what));
    CHECK(coauth::needs_login(what));
    check_no_secret(what);
}

TEST_CASE("when to try again is told") {
    scripted_transport via;
    via.answer(503, "busy", {{"Retry-After", "17"}});
    const failure what = failure_of(client_of("hitkey", via).userinfo(some_token()));
    CHECK(what.code == errc::http_status);
    CHECK(what.http_status == 503);
    CHECK(what.retry_after == std::chrono::seconds{17});
    CHECK(coauth::is_retryable(what));
}

TEST_CASE("what a provider does not have is an error before anything is sent") {
    scripted_transport via;
    CHECK(failure_of(client_of("hitkey", via).revoke(some_token())).code == errc::unsupported_operation);
    CHECK(failure_of(client_of("hikka", via).refresh(some_token())).code == errc::unsupported_operation);
    CHECK(failure_of(client_of("hike", via).userinfo(some_token())).code == errc::unsupported_operation);
    CHECK(failure_of(client_of("hike", via).call("no_such_thing")).code == errc::unsupported_operation);
    CHECK(failure_of(client_of("hitbox", via).call("list_apps", {}, some_token())).code == errc::invalid_argument);
    CHECK(failure_of(client_of("hitkey", via).refresh(coauth::token{coauth::secret{access_text}})).code ==
          errc::invalid_argument);
    CHECK(via.sent.empty());
}

TEST_CASE("a failure of the transport is told with the step, and whether the step may be repeated") {
    scripted_transport via;
    via.fail(coauth::error(network_failure(errc::connection_lost, true)));
    const failure exchange = failure_of(client_of("hitkey", via).exchange(coauth::grant{coauth::secret{code}}));
    CHECK(exchange.step == "exchange");
    CHECK(exchange.provider == "hitkey");
    CHECK_FALSE(coauth::is_retryable(exchange));

    via.fail(coauth::error(network_failure(errc::connection_lost, false)));
    CHECK(coauth::is_retryable(failure_of(client_of("hitkey", via).exchange(coauth::grant{coauth::secret{code}}))));

    via.fail(coauth::error(network_failure(errc::connection_lost, true)));
    CHECK(coauth::is_retryable(failure_of(client_of("hitkey", via).userinfo(some_token()))));
}

TEST_CASE("a transport of one's own may throw what Asio throws") {
    scripted_transport via;
    via.fail(boost::system::system_error(boost::asio::error::connection_reset));
    CHECK(failure_of(client_of("hitkey", via).userinfo(some_token())).code == errc::connection_lost);
    via.fail(boost::system::system_error(boost::asio::error::operation_aborted));
    CHECK(failure_of(client_of("hitkey", via).userinfo(some_token())).code == errc::cancelled);
}

TEST_CASE("an answer that cannot be read is an error that shows nothing of it") {
    scripted_transport via;
    for (const std::string& body :
         {std::string("<html>") + access_text, std::string("{\"access_token\":7}"), std::string(),
          std::string("{\"access_token\":\"\"}"), std::string("[[[[") + refresh_text}) {
        via.answer(200, body);
        const failure what = failure_of(client_of("hitkey", via).exchange(coauth::grant{coauth::secret{code}}));
        CHECK(coauth::class_of(what.code) == coauth::failure_class::protocol);
        CHECK(what.request_sent);
        check_no_secret(what);
    }
}

TEST_CASE("a provider that repeats a secret is not quoted with it, however the secret looks") {
    const auto spoken_of = [](const std::string& said, const char* spoken) {
        scripted_transport via;
        via.answer(400, R"({"error":"invalid_grant: )" + said + R"(","message":")" + said + R"("})");
        coauth::client client{via,
                              coauth::provider::builtin("hitkey"),
                              {.client_id = "my-client",
                               .client_secret = coauth::secret{"all-lower-case-words"},
                               .redirect_uri = "https://app.example/callback"}};
        coauth::token token{coauth::secret{"plain"}};
        token.refresh_token = coauth::secret{"correct-horse-battery-staple"};
        const std::string told = failure_of(client.refresh(token)).message();
        CAPTURE(told);
        CHECK(told.find(spoken) != std::string::npos);
        return told;
    };
    CHECK(spoken_of("no all-lower-case-words, please", "no [redacted], please").find("lower") == std::string::npos);
    CHECK(spoken_of("correct-horse-battery-staple", "[redacted]").find("horse") == std::string::npos);
    CHECK(spoken_of("is correct-horse-battery-staple/correct-horse-battery-staple twice", "[redacted]/[redacted] twice")
              .find("horse") == std::string::npos);
    spoken_of("a plain refusal", "a plain refusal");  // too short to be a secret, and likely to be a word
    // Cut in the middle of the secret.
    for (const std::size_t before : {460U, 470U, 480U, 490U}) {
        CAPTURE(before);
        const auto told =
            spoken_of(std::string(before, ' ') + "correct-horse-battery-staple and more and more and more", "...");
        CHECK(told.find("correct-horse") == std::string::npos);
    }
}

TEST_CASE("a repeated secret is not quoted in pieces, whatever signs it holds") {
    for (const std::string secret : {"kD9#mQ2vLxR8tYw3ZpN6sBfG7hJ", "a1B2c3D4e5F6g7H8i9J!kLmNoPqRsTuVwXyZ0123456",
                                     "half-19-characters-!mQ2vLxR8tYw3ZpN6sBfG7hJ!Other9Half8"}) {
        const auto client_at = [&](const char* provider, scripted_transport& via) {
            return coauth::client{via,
                                  coauth::provider::builtin(provider),
                                  {.client_id = "my-client",
                                   .client_secret = coauth::secret{std::string{secret}},
                                   .redirect_uri = "https://app.example/callback"}};
        };
        scripted_transport hike;
        hike.answer(400, R"({"error":"invalid_client","error_description":"bad client_secret: )" + secret + R"("})");
        CHECK(failure_of(client_at("hike", hike).exchange(coauth::grant{coauth::secret{code}})).provider_text ==
              "bad client_secret: [redacted]");
        scripted_transport hikka;
        hikka.answer(400, R"({"code":"auth:invalid_token","message":"no token )" + secret + R"("})");
        const coauth::token token{coauth::secret{std::string{secret}}};
        CHECK(run(client_at("hikka", hikka).validate(token)).reason == "no token [redacted]");
    }
}

TEST_CASE("a redirect of the token endpoint is refused") {
    scripted_transport via;
    via.answer(307, "", {{"Location", "https://evil.example/"}});
    CHECK(failure_of(client_of("hike", via).refresh(some_token())).code == errc::redirect_refused);
    CHECK(via.sent.size() == 1);
}
