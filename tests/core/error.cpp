#include <coauth/core/error.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using coauth::errc;
using coauth::failure;
using coauth::failure_class;

namespace {

/// Every value of the enumeration: it starts at 1 and has no gaps.
std::vector<errc> all_values() {
    std::vector<errc> all;
    for (int value = 1; value <= static_cast<int>(errc::login_abandoned); ++value) {
        all.push_back(static_cast<errc>(value));
    }
    return all;
}

failure of(errc code) {
    failure what;
    what.code = code;
    return what;
}

}  // namespace

TEST_CASE("every errc has a name, a text and a class of its own") {
    std::set<std::string> names;
    std::set<std::string> texts;
    for (const errc code : all_values()) {
        CAPTURE(static_cast<int>(code));
        CHECK(coauth::name_of(code) != "unknown");
        CHECK(names.insert(std::string(coauth::name_of(code))).second);
        CHECK(texts.insert(coauth::make_error_code(code).message()).second);
        CHECK_FALSE(coauth::name_of(coauth::class_of(code)).empty());
    }
    CHECK(coauth::name_of(static_cast<errc>(static_cast<int>(errc::login_abandoned) + 1)) == "unknown");
    CHECK(coauth::name_of(static_cast<errc>(0)) == "unknown");
}

TEST_CASE("the class of an error does not depend on words") {
    CHECK(coauth::class_of(errc::invalid_profile) == failure_class::configuration);
    CHECK(coauth::class_of(errc::callback_state_mismatch) == failure_class::callback);
    CHECK(coauth::class_of(errc::invalid_grant) == failure_class::refused);
    CHECK(coauth::class_of(errc::http_status) == failure_class::http);
    CHECK(coauth::class_of(errc::too_large) == failure_class::protocol);
    CHECK(coauth::class_of(errc::tls_certificate_untrusted) == failure_class::tls);
    CHECK(coauth::class_of(errc::timeout_waiting) == failure_class::timeout);
    CHECK(coauth::class_of(errc::proxy_refused) == failure_class::network);
    CHECK(coauth::class_of(errc::cancelled) == failure_class::cancelled);
}

TEST_CASE("the standard's words become values, and no others do") {
    CHECK(coauth::oauth_errc("invalid_grant") == errc::invalid_grant);
    CHECK(coauth::oauth_errc("insufficient_scope") == errc::insufficient_scope);
    CHECK_FALSE(coauth::oauth_errc("provider_error"));
    CHECK_FALSE(coauth::oauth_errc("cancelled"));
    CHECK_FALSE(coauth::oauth_errc("INVALID_GRANT"));
    CHECK_FALSE(coauth::oauth_errc(""));
}

TEST_CASE("an error is one line that says step, provider, what happened and what to do") {
    failure what = of(errc::invalid_grant);
    what.step = "exchange";
    what.provider = "hitkey";
    what.http_status = 400;
    what.provider_text = "Invalid or expired authorization code";
    what.detail = "begin the login again";
    what.retry_after = std::chrono::seconds{5};
    const coauth::error thrown(what);
    CHECK(std::string(thrown.what()) ==
          "hitkey exchange: the code or refresh token is wrong, expired, revoked or was used before (HTTP 400), "
          "\"Invalid or expired authorization code\": begin the login again; try again in 5 s");
    CHECK(thrown.reason() == errc::invalid_grant);
    CHECK(thrown.code() == errc::invalid_grant);
    CHECK(thrown.details().http_status == 400);
}

TEST_CASE("a result's value throws the rich error") {
    const coauth::result<int> bad = of(errc::missing_field);
    CHECK_THROWS_AS((void)bad.value(), coauth::error);
    CHECK(coauth::result<int>(7).value() == 7);
}

TEST_CASE("what may be tried again") {
    CHECK(coauth::is_retryable(of(errc::temporarily_unavailable)));
    CHECK(coauth::is_retryable(of(errc::timeout_connect)));
    CHECK(coauth::is_retryable(of(errc::connection_lost)));
    CHECK_FALSE(coauth::is_retryable(of(errc::invalid_grant)));
    CHECK_FALSE(coauth::is_retryable(of(errc::tls_certificate_untrusted)));
    CHECK_FALSE(coauth::is_retryable(of(errc::cancelled)));
    CHECK(coauth::is_retryable(of(errc::circuit_open)));
    CHECK(coauth::is_retryable(of(errc::store_locked)));
    CHECK_FALSE(coauth::is_retryable(of(errc::store_damaged)));
    CHECK_FALSE(coauth::is_retryable(of(errc::shut_down)));
    CHECK_FALSE(coauth::is_retryable(of(errc::malformed_reply)));

    failure status = of(errc::http_status);
    status.http_status = 503;
    CHECK(coauth::is_retryable(status));
    status.http_status = 404;
    CHECK_FALSE(coauth::is_retryable(status));
}

TEST_CASE("a code that may have been read is not sent again") {
    for (const errc code : {errc::connection_lost, errc::timeout, errc::incomplete_http, errc::server_error}) {
        CAPTURE(coauth::name_of(code));
        failure what = of(code);
        what.repeatable = false;
        CHECK(coauth::is_retryable(what));
        what.request_sent = true;
        CHECK_FALSE(coauth::is_retryable(what));
        what.repeatable = true;
        CHECK(coauth::is_retryable(what));
    }
    failure unavailable = of(errc::http_status);
    unavailable.http_status = 503;
    unavailable.request_sent = true;
    unavailable.repeatable = false;
    CHECK(coauth::is_retryable(unavailable));
    unavailable.http_status = 500;
    CHECK_FALSE(coauth::is_retryable(unavailable));
}

TEST_CASE("with 429 and 503 a provider did nothing, whatever its words; a clear refusal stays one") {
    failure told = of(errc::server_error);
    told.request_sent = true;
    told.repeatable = false;
    for (const unsigned status : {429U, 503U}) {
        told.http_status = status;
        for (const errc code : {errc::server_error, errc::provider_error}) {
            told.code = code;
            CHECK(coauth::is_retryable(told));
        }
        for (const errc code : {errc::invalid_grant, errc::invalid_client, errc::access_denied}) {
            told.code = code;
            CHECK_FALSE(coauth::is_retryable(told));
        }
    }
    told.http_status = 502;
    told.code = errc::server_error;
    CHECK_FALSE(coauth::is_retryable(told));
    told.http_status = 200;
    told.code = errc::provider_error;
    CHECK_FALSE(coauth::is_retryable(told));
}

TEST_CASE("what only a new login mends") {
    CHECK(coauth::needs_login(of(errc::invalid_grant)));
    CHECK(coauth::needs_login(of(errc::invalid_token)));
    CHECK(coauth::needs_login(of(errc::login_expired)));
    CHECK_FALSE(coauth::needs_login(of(errc::server_error)));
    CHECK_FALSE(coauth::needs_login(of(errc::invalid_client)));
}

TEST_CASE("foreign text is made printable: one line, no control characters, cut") {
    CHECK(coauth::printable("plain text") == "plain text");
    CHECK(coauth::printable("Привіт, світе") == "Привіт, світе");
    CHECK(coauth::printable("a\r\nb\x1b[31m") == "a\\u000d\\u000ab\\u001b[31m");
    CHECK(coauth::printable(std::string_view("a\0b", 3)) == "a\\u0000b");
    CHECK(coauth::printable("\xc0\xaf\xff") == "\\xc0\\xaf\\xff");
    CHECK(coauth::printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");
    CHECK(coauth::printable("\xe2\x80\xae"
                            "evil") == "\\u202eevil");
    CHECK(coauth::printable("\xc3") == "\\xc3");
    CHECK(coauth::printable("") == "");
}

TEST_CASE("printable text never exceeds its limit and is cut between characters") {
    CHECK(coauth::printable("0123456789", 10) == "0123456789");
    CHECK(coauth::printable("0123456789a", 10) == "0123456...");
    CHECK(coauth::printable("ааааа", 8) == "аа...");
    CHECK(coauth::printable(std::string(100, '\n'), 16).size() <= 16);
    CHECK(coauth::printable("abcdef", 2) == "..");
}
