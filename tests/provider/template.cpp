#include "provider/template_text.hpp"

#include <coauth/core/encoding.hpp>

#include <doctest/doctest.h>

#include <map>

using namespace coauth;
using provider::escape;
using provider::template_text;

namespace {

provider::placeholder_values from(std::map<std::string, std::string, std::less<>> values) {
    return [values = std::move(values)](std::string_view name) -> std::optional<std::string_view> {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional<std::string_view>(found->second);
    };
}

std::string expanded(std::string_view source, std::map<std::string, std::string, std::less<>> values,
                     escape how = escape::none) {
    return template_text::parse(source).value().expand(from(std::move(values)), how).value().value();
}

failure refused(std::string_view source) {
    const auto parsed = template_text::parse(source);
    REQUIRE_MESSAGE(parsed.has_error(), source);
    CHECK(parsed.error().code == errc::invalid_profile);
    return parsed.error();
}

}  // namespace

TEST_CASE("a template's values stand where its placeholders were") {
    CHECK(expanded("", {}) == "");
    CHECK(expanded("code", {}) == "code");
    CHECK(expanded("Bearer {access_token}", {{"access_token", "t1"}}) == "Bearer t1");
    CHECK(expanded("{a}{b}-{a}", {{"a", "1"}, {"b", "2"}}) == "12-1");
    CHECK(expanded("{token.user_id}/{callback.x-y}", {{"token.user_id", "7"}, {"callback.x-y", "8"}}) == "7/8");
}

TEST_CASE("a doubled brace is a brace") {
    CHECK(expanded("{{\"a\": {a}}}", {{"a", "1"}}) == "{\"a\": 1}");
    CHECK(expanded("{{{{}}}}", {}) == "{{}}");
    CHECK(expanded("{{{a}}}", {{"a", "1"}}) == "{1}");
    CHECK(template_text::parse("a{{b}}c").value().pieces().size() == 1);
}

TEST_CASE("values are escaped for their place, fixed text is not") {
    CHECK(expanded("/a b/{v}", {{"v", "x y/ä?"}}, escape::percent) == "/a b/x%20y%2F%C3%A4%3F");
    CHECK(expanded("{v}", {{"v", "x y+"}}, escape::form) == "x+y%2B");
    CHECK(expanded("{v}", {{"v", "x y+"}}, escape::none) == "x y+");
    CHECK(expanded("{v}/{w}", {{"v", "a\"b\\c\n"}, {"w", "\u00e4"}}, escape::json) == "a\\\"b\\\\c\\n/\u00e4");
}

TEST_CASE("every byte is escaped as Boost.URL does it, wherever it stands") {
    std::string all;
    for (int byte = 0; byte != 256; ++byte) {
        all += static_cast<char>(byte);
        for (const std::string& value : {std::string(1, all.back()), "plain" + all, all + "plain"}) {
            CHECK(expanded("{v}", {{"v", value}}, escape::percent) == percent_encode(value));
            CHECK(expanded("{v}", {{"v", value}}, escape::form) == form_encode(value));
        }
    }
    const std::string nothing_but_escapes(10'000, '&');
    CHECK(expanded("{v}", {{"v", nothing_but_escapes}}, escape::form) == form_encode(nothing_but_escapes));
}

TEST_CASE("templates are put together, each with its fixed text escaped for its place") {
    template_text whole;
    whole.append("a=");
    whole.append(template_text::parse("x y{{").value(), escape::form);
    whole.append("&b=");
    whole.append(template_text::parse("{v}+{w|v}").value(), escape::form);
    CHECK(whole.pieces().size() == 4);
    CHECK(whole.expand(from({{"v", "1 2"}}), escape::form).value() == "a=x+y%7B&b=1+2%2B1+2");
    CHECK_FALSE(whole.optional());
    whole.append(template_text::parse("{u?}").value(), escape::form);
    CHECK(whole.optional());
    CHECK(whole.expand(from({{"v", "1 2"}}), escape::form).value() == std::nullopt);
}

TEST_CASE("functions make one value of several") {
    CHECK(expanded("{base64(a,b)}", {{"a", "app"}, {"b", "secret"}}) == "YXBwc2VjcmV0");
    CHECK(expanded("{base64(a)}", {{"a", "app"}}) == "YXBw");
    CHECK(expanded("Basic {basic_raw(a,b)}", {{"a", "us er"}, {"b", "p:"}}) == "Basic dXMgZXI6cDo=");
    CHECK(expanded("Basic {basic(a,b)}", {{"a", "us er"}, {"b", "p:"}}) == "Basic dXMrZXI6cCUzQQ==");
    CHECK(expanded("{basic(a)}", {{"a", "us er"}}) == "dXMrZXI6");
    CHECK(expanded("{base64(a)}", {{"a", "?>?"}}, escape::percent) == "Pz4%2F");
}

TEST_CASE("of alternatives the first that has a value is taken") {
    CHECK(expanded("{a|b}", {{"a", "1"}, {"b", "2"}}) == "1");
    CHECK(expanded("{a|token.b}", {{"token.b", "2"}}) == "2");
    CHECK(expanded("{a|b}", {{"a", ""}, {"b", "2"}}) == "");
}

TEST_CASE("an optional placeholder without a value leaves the whole text out") {
    const auto scope = template_text::parse("x-{scope?}").value();
    CHECK(scope.expand(from({}), escape::none).value() == std::nullopt);
    CHECK(scope.expand(from({{"scope", "a"}}), escape::none).value() == "x-a");
    CHECK(template_text::parse("{a|b?}").value().expand(from({}), escape::none).value() == std::nullopt);
    CHECK(template_text::parse("{basic(a,b)?}").value().expand(from({{"a", "1"}}), escape::none).value() ==
          std::nullopt);
}

TEST_CASE("a required placeholder without a value is named") {
    const auto missing = [](std::string_view source) {
        const auto text = template_text::parse(source).value().expand(from({{"a", "the-value"}}), escape::none);
        REQUIRE(text.has_error());
        CHECK(text.error().code == errc::invalid_argument);
        CHECK(text.error().detail.find("the-value") == std::string::npos);
        return text.error().detail;
    };
    CHECK(missing("{a}{user}") == "there is no value for {user}: give a value for \"user\"");
    CHECK(missing("{user|token.user}") == "there is no value for {user|token.user}: give a value for \"user\"");
    CHECK(missing("{base64(a,b)}") == "there is no value for {base64(a,b)}: give a value for \"a\"");
    CHECK(missing("{basic(b,a)}") == "there is no value for {basic(b,a)}: give a value for \"b\"");
}

TEST_CASE("what may be shown keeps secrets as placeholders") {
    const auto shown = [](std::string_view source) {
        return template_text::parse(source).value().expand_safe(
            from({{"user", "ann b"}, {"access_token", "SECRET"}, {"client_secret", "SECRET"}, {"token.id", "SECRET"}}),
            escape::percent);
    };
    CHECK(shown("https://a/{user}?t={access_token}") == "https://a/ann%20b?t={access_token}");
    CHECK(shown("{base64(user,client_secret)}") == "{base64(user,client_secret)}");
    CHECK(shown("{basic(user,client_secret)}{basic_raw(user,user)}") ==
          "{basic(user,client_secret)}YW5uIGI6YW5uIGI%3D");
    CHECK(shown("/{id|token.id}") == "/{id|token.id}");
    CHECK(shown("/{missing}/{left_out?}") == "/{missing}/");
}

TEST_CASE("secret placeholders are known by name") {
    for (const auto* name :
         {"client_secret", "code", "code_verifier", "access_token", "refresh_token", "state", "token.id_token",
          "callback.device_id", "token", "password", "Password", "apiKey", "id_token_hint", "user_otp", "SIGNATURE"}) {
        CHECK_MESSAGE(provider::is_secret_placeholder(name), name);
    }
    for (const auto* name : {"client_id", "redirect_uri", "scope", "code_challenge", "code_challenge_method", "nonce",
                             "token_type", "user", "page", "device_id"}) {
        CHECK_MESSAGE(!provider::is_secret_placeholder(name), name);
    }
}

TEST_CASE("a bad template says what is wrong with it") {
    const auto says = [](std::string_view source, std::string_view words) {
        CHECK_MESSAGE(refused(source).detail.find(words) != std::string::npos, source, ": ", refused(source).detail);
    };
    says("{a", "has no \"}\" after it");
    says("a}", "has no \"{\" before it");
    says("}", "has no \"{\" before it");
    says("{", "has no \"}\" after it");
    says("{}", "{} is no placeholder");
    says("{?}", "is no placeholder");
    says("{a b}", "{a b} is no placeholder");
    says("{a|}", "is no placeholder");
    says("{|a}", "is no placeholder");
    says("{token.}", "is no placeholder");
    says("{1a}", "is no placeholder");
    says("{md5(a)}", "unknown function; there are base64, basic and basic_raw");
    says("{base64(a}", "has no \")\"");
    says("{base64()}", "is no placeholder");
    says("{base64(a,)}", "is no placeholder");
    says("{basic(a,b,c)}", "too many values");
    says("{basic_raw()}", "is no placeholder");
}
