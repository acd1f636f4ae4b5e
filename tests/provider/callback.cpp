#include "tests/provider/steps.hpp"

#include <coauth/provider/callback.hpp>

#include <doctest/doctest.h>

using namespace coauth;
using provider::builtin;
using steps::edited;
using steps::now;

namespace {

authorization login() {
    authorization kept;
    kept.state = "st-1";
    kept.code_verifier = secret{"verifier"};
    kept.redirect_uri = "https://game.example/callback";
    kept.scopes = {"all"};
    return kept;
}

grant read(const provider::profile& what, std::string_view callback) {
    return provider::read_callback(what, login(), callback, now).value();
}

failure refusal(const provider::profile& what, std::string_view callback) {
    const auto read = provider::read_callback(what, login(), callback, now);
    REQUIRE_MESSAGE(read.has_error(), callback);
    CHECK(read.error().step == "callback");
    CHECK(read.error().provider == what.name());
    CHECK(read.error().message().find("secret-code") == std::string::npos);
    return read.error();
}

struct row {
    std::string_view callback;
    errc code;
};

}  // namespace

TEST_CASE("a callback is read in each of its forms") {
    for (const std::string_view callback :
         {"https://game.example/callback?code=a%2Fb+c&state=st-1", "/callback?code=a%2Fb+c&state=st-1",
          "?code=a%2Fb+c&state=st-1", "code=a%2Fb+c&state=st-1", "code=a%2Fb+c&state=st-1#_=_",
          "  \"https://game.example/callback?code=a%2Fb+c&state=st-1\"\r\n", "/callback?&code=a%2Fb+c&&state=st-1&",
          "com.example.game:/callback?code=a%2Fb+c&state=st-1", "https://game.example/callback#code=a%2Fb+c&state=st-1",
          "http://127.0.0.1:8080/?code=a%2Fb%20c&state=st-1"}) {
        CAPTURE(callback);
        const auto got = read(builtin("hike"), callback);
        CHECK(got.code.reveal() == "a/b c");
        CHECK_FALSE(got.issued);
    }
}

TEST_CASE("a code may hold what browsers leave unescaped") {
    CHECK(read(builtin("hike"), "/cb?code=a|b{c}?d&state=st-1").code.reveal() == "a|b{c}?d");
    CHECK(read(builtin("hike"), "code=a?b&state=st-1").code.reveal() == "a?b");
}

TEST_CASE("a grant carries what the exchange needs, and further values of the callback") {
    const auto got = read(builtin("hike"), "/cb?code=c&state=st-1&realmId=42&device_id=d+1");
    CHECK(got.code_verifier.reveal() == "verifier");
    CHECK(got.redirect_uri == "https://game.example/callback");
    CHECK(got.state == "st-1");
    CHECK(got.scopes == std::vector<std::string>{"all"});
    REQUIRE(got.extra.find("realmId"));
    CHECK(*got.extra.find("realmId") == "42");
    CHECK(*got.extra.find("device_id") == "d 1");
    CHECK_FALSE(got.extra.find("state"));
    CHECK_FALSE(got.extra.find("code"));
}

TEST_CASE("each fault of a callback is its own error, in a fixed order") {
    const row rows[] = {
        {"", errc::callback_malformed},
        {"https://game.example/callback", errc::callback_malformed},
        {"/callback?", errc::callback_malformed},
        {"/cb?code=%zz&state=st-1", errc::callback_malformed},
        {"/cb?code=secret-code%4&state=st-1", errc::callback_malformed},
        {"/cb?code=a%00b&state=st-1", errc::callback_malformed},
        {"/cb?code=secret-code&state=st-1&code=secret-code", errc::callback_duplicate_parameter},
        {"/cb?code=secret-code&state=st-1&state=st-1", errc::callback_duplicate_parameter},
        {"/cb?code=secret-code&state=wrong&x=1&x=2", errc::callback_duplicate_parameter},
        {"/cb?c%6Fde=a&state=st-1&code=b", errc::callback_duplicate_parameter},
        {"/cb?code=secret-code", errc::callback_state_missing},
        {"/cb?code=secret-code&state=", errc::callback_state_missing},
        {"/cb?x=1", errc::callback_state_missing},
        {"/cb?code=secret-code&state=st-2", errc::callback_state_mismatch},
        {"/cb?code=secret-code&state=ST-1", errc::callback_state_mismatch},
        {"/cb?code=secret-code&state=st-1x", errc::callback_state_mismatch},
        {"/cb?error=access_denied&state=st-2", errc::callback_state_mismatch},
        {"/cb?error=access_denied&code=secret-code&state=st-1", errc::callback_contradictory},
        {"/cb?state=st-1", errc::callback_code_missing},
        {"/cb?state=st-1&code=", errc::callback_code_missing},
        {"/cb?state=st-1&x=1", errc::callback_code_missing},
    };
    for (const auto& each : rows) {
        CAPTURE(each.callback);
        const auto refused = refusal(builtin("hike"), each.callback);
        CHECK(name_of(refused.code) == name_of(each.code));
        CHECK_FALSE(refused.detail.empty());
    }
}

TEST_CASE("the state of a callback is told before it is checked") {
    CHECK(provider::callback_state(builtin("hitkey"), "/cb?code=c&state=a%2Bb") == "a+b");
    CHECK(provider::callback_state(builtin("vk"), "https://oauth.vk.com/blank.html#access_token=t&state=s") == "s");
    CHECK(provider::callback_state(builtin("hitkey"), "/cb?code=c").empty());
    CHECK(provider::callback_state(builtin("hitkey"), "/cb?st%61te=s&code=c+d") == "s");
    CHECK(provider::callback_state(builtin("hitkey"), "/cb?state=r&&code=c&state=s") == "s");
    CHECK(provider::callback_state(builtin("hitkey"), "/cb?state=%zz").empty());
    CHECK(provider::callback_state(builtin("hitkey"), "/cb?state=s&code=%zz").empty());
    CHECK(provider::callback_state(builtin("hitkey"), "/cb?state=s&%zz=c").empty());
    CHECK(provider::callback_state(builtin("hitkey"), "").empty());
}

TEST_CASE("a callback is bounded") {
    CHECK(refusal(builtin("hike"), "/cb?code=" + std::string(64 * 1024, 'a')).code == errc::callback_malformed);
    std::string many = "/cb?state=st-1&code=c";
    for (int i = 0; i != 98; ++i) {
        many += "&p" + std::to_string(i) + "=";
    }
    CHECK(read(builtin("hike"), many).code.reveal() == "c");
    CHECK(provider::callback_state(builtin("hike"), many) == "st-1");
    CHECK(refusal(builtin("hike"), many + "&p=").code == errc::callback_malformed);
    CHECK(provider::callback_state(builtin("hike"), many + "&p=").empty());
}

TEST_CASE("a login without a state accepts no callback that has one") {
    const auto read = provider::read_callback(builtin("hike"), authorization{}, "/cb?code=c&state=st-1", now);
    REQUIRE(read.has_error());
    CHECK(read.error().code == errc::callback_state_mismatch);
}

TEST_CASE("a refusal is told in OAuth's words, or with the provider's own") {
    const auto denied = refusal(builtin("hike"), "/cb?error=access_denied&error_description=No%0Away&state=st-1");
    CHECK(denied.code == errc::access_denied);
    CHECK(denied.provider_code == "access_denied");
    CHECK(denied.provider_text.find('\n') == std::string::npos);
    CHECK(denied.provider_text.starts_with("No"));
    CHECK(refusal(builtin("hike"), "/cb?error=temporarily_unavailable&state=st-1").code ==
          errc::temporarily_unavailable);
    const auto own = refusal(builtin("hike"), "/cb?error=store_closed&state=st-1");
    CHECK(own.code == errc::provider_error);
    CHECK(own.provider_code == "store_closed");
    const auto mapped = edited("hike", {{"/callback/error/map", R"({"user_cancelled_login": "access_denied"})"}});
    CHECK(refusal(mapped, "/cb?error=user_cancelled_login&state=st-1").code == errc::access_denied);
}

TEST_CASE("a refusal without a state, as Hike documents it, is told as the refusal that it is") {
    CHECK(refusal(builtin("hike"), "https://game.example/callback?error=access_denied").code == errc::access_denied);
}

TEST_CASE("where the cookie binds, a state that does come back is verified all the same") {
    CHECK(read(builtin("hikka"), "https://game.example/callback?reference=r-1").code.reveal() == "r-1");
    CHECK(read(builtin("hikka"), "/cb?request_reference=r-1").code.reveal() == "r-1");
    CHECK(read(builtin("hikka"), "/cb?reference=r-1&state=st-1").code.reveal() == "r-1");
    CHECK(refusal(builtin("hikka"), "/cb?reference=r-1&state=st-2").code == errc::callback_state_mismatch);
}

TEST_CASE("the three callbacks of Hitbox") {
    const auto request = read(builtin("hitbox"), "/cb?request_token=rt-1");
    CHECK(request.code.reveal() == "rt-1");
    CHECK_FALSE(request.issued);

    const auto issued = read(builtin("hitbox"), "/cb?authToken=at-1");
    CHECK(issued.code.empty());
    REQUIRE(issued.issued);
    CHECK(issued.issued->access_token.reveal() == "at-1");
    CHECK(issued.issued->issued_at == now);
    CHECK_FALSE(issued.issued->expires_at);
    CHECK_FALSE(issued.issued->refresh_token);

    CHECK(refusal(builtin("hitbox"), "/cb?error=error").provider_code == "error");
    CHECK(refusal(builtin("hitbox"), "/cb?request_token=a&authToken=b").code == errc::callback_contradictory);
    CHECK(refusal(builtin("hitbox"), "/cb?error=error&authToken=b").code == errc::callback_contradictory);
    CHECK(refusal(builtin("hitbox"), "/cb?authToken=").code == errc::callback_code_missing);
    CHECK(refusal(builtin("hitbox"), "/cb?authToken=a%0D%0Ab").code == errc::callback_malformed);
}

TEST_CASE("VK's token in a fragment, pasted in any way") {
    const std::string fragment = "access_token=vk1.a.ABC&expires_in=86400&user_id=123456&state=st-1";
    for (const std::string& callback :
         {"https://oauth.vk.com/blank.html#" + fragment, "#" + fragment, fragment, "?" + fragment,
          "oauth.vk.com/blank.html#" + fragment, "https://oauth.vk.com/blank.html?x=1#" + fragment,
          "\"https://oauth.vk.com/blank.html#" + fragment + "\"\n"}) {
        CAPTURE(callback);
        const auto got = read(builtin("vk"), callback);
        REQUIRE(got.issued);
        CHECK(got.issued->access_token.reveal() == "vk1.a.ABC");
        CHECK(got.issued->expires_at == now + std::chrono::hours{24});
        CHECK(got.issued->extra.at("user_id") == "123456");
        CHECK_FALSE(got.issued->extra.contains("state"));
        CHECK_FALSE(got.issued->extra.contains("expires_in"));
        CHECK(*got.extra.find("user_id") == "123456");
    }
}

TEST_CASE("VK's tokens that never end, and those that do not say when they end") {
    const auto expiry = [](const std::string& rest) {
        return read(builtin("vk"), "#access_token=t&state=st-1" + rest).issued.value();
    };
    CHECK_FALSE(expiry("&expires_in=0").expires_at);
    CHECK(expiry("").expires_at == now + std::chrono::hours{24});
    CHECK(expiry("&expires_in=soon").expires_at == now + std::chrono::hours{24});
    CHECK(expiry("&expires_in=soon").warnings.size() == 1);
    CHECK(refusal(builtin("vk"), "#access_token=t&expires_in=1").code == errc::callback_state_missing);
    CHECK(refusal(builtin("vk"), "#error=access_denied&error_description=User+denied+your+request").provider_text ==
          "User denied your request");
}

TEST_CASE("the issuer is compared as it is written") {
    const auto what = edited("hike", {{"/issuer", R"("https://api.hikeup.com")"}});
    const auto strict =
        edited("hike", {{"/issuer", R"("https://api.hikeup.com")"}, {"/callback/issuer_required", "true"}});
    CHECK(read(what, "/cb?code=c&state=st-1&iss=https%3A%2F%2Fapi.hikeup.com").extra.empty());
    CHECK(read(what, "/cb?code=c&state=st-1").code.reveal() == "c");
    CHECK(refusal(what, "/cb?code=c&state=st-1&iss=https://api.hikeup.com/").code == errc::callback_issuer_mismatch);
    CHECK(refusal(what, "/cb?error=access_denied&state=st-1&iss=x").code == errc::callback_issuer_mismatch);
    CHECK(refusal(strict, "/cb?code=c&state=st-1").code == errc::callback_issuer_mismatch);
    CHECK(read(builtin("hike"), "/cb?code=c&state=st-1&iss=x").extra.find("iss"));
}

TEST_CASE("a bare token is no callback, and what was expected is said") {
    const auto why = refusal(builtin("vk"), "vk1.a.ABC123");
    CHECK(why.code == errc::callback_malformed);
    CHECK(why.message().find("whole address") != std::string::npos);
    CHECK(why.message().find("vk1") == std::string::npos);
}

TEST_CASE("a refresh token in a callback is a secret, and no further value") {
    const auto what =
        edited("vk", {{"/callback/token", R"({"access_token": "access_token", "refresh_token": "refresh"})"}});
    const auto made = read(what, "#access_token=t&refresh=r&state=st-1");
    REQUIRE(made.issued);
    REQUIRE(made.issued->refresh_token);
    CHECK(made.issued->refresh_token->reveal() == "r");
    CHECK(made.extra.find("refresh") == nullptr);
}
