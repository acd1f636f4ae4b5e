#include "tests/provider/steps.hpp"

#include <coauth/provider/authorization.hpp>
#include <coauth/provider/callback.hpp>

#include <doctest/doctest.h>

#include <set>

using namespace coauth;
using provider::builtin;
using steps::application;
using steps::drawn;
using steps::edited;

namespace {

authorization begun(const provider::profile& what, const authorize_options& options = {},
                    const credentials& who = application()) {
    return provider::authorize(what, who, options, steps::fixed_random{}).value();
}

failure refused(const provider::profile& what, const authorize_options& options = {},
                const credentials& who = application()) {
    const auto login = provider::authorize(what, who, options, steps::fixed_random{});
    REQUIRE(login.has_error());
    CHECK(login.error().code == errc::invalid_argument);
    CHECK(login.error().step == "authorize");
    CHECK(login.error().provider == what.name());
    return login.error();
}

bool holds(std::string_view text, std::string_view part) {
    return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("each built-in provider is sent the URL of its document") {
    const std::string state(drawn);
    const std::string redirect = "https%3A%2F%2Fgame.example%2Fcallback";
    CHECK(begun(builtin("hikka"), {.scopes = {"read:user-details", "read:watchlist"}}).url ==
          "https://hikka.io/oauth?reference=app-1&scope=read:user-details,read:watchlist");
    CHECK(begun(builtin("hitkey"), {.scopes = {"openid", "profile", "email"}}).url ==
          "https://hitkey.io/?client_id=app-1&redirect_uri=" + redirect + "&response_type=code&state=" + state +
              "&scope=openid+profile+email");
    CHECK(begun(builtin("hike")).url ==
          "https://api.hikeup.com/oauth/authorize?response_type=code&client_id=app-1&redirect_uri=" + redirect +
              "&state=" + state + "&scope=all");
    CHECK(begun(builtin("vk"), {}, application("https://oauth.vk.com/blank.html")).url ==
          "https://oauth.vk.com/authorize?client_id=app-1&display=page&redirect_uri=https%3A%2F%2Foauth.vk.com%2Fblank."
          "html&scope=video,groups,wall&response_type=token&state=" +
              state + "&v=5.131");
    CHECK(begun(builtin("hitbox")).url == "https://api.hitbox.tv/oauth/login?app_token=app-1");
}

TEST_CASE("a profile of one's own renames Hikka's parameter, as the sample of its document has it") {
    const auto renamed =
        edited("hikka", {{"/authorization/parameters", R"({"client": "{client_id}", "scope": "{scope?}"})"}});
    CHECK(begun(renamed, {.scopes = {"read:watchlist"}}).url ==
          "https://hikka.io/oauth?client=app-1&scope=read:watchlist");
}

TEST_CASE("what has to be kept until the callback stands in the authorization") {
    const auto login = begun(builtin("hitkey"), {.scopes = {"email"}});
    CHECK(login.state == drawn);
    CHECK(login.state.size() == 43);
    CHECK(login.code_verifier.empty());
    CHECK(login.nonce.empty());
    CHECK(login.redirect_uri == "https://game.example/callback");
    CHECK(login.scopes == std::vector<std::string>{"email"});
}

TEST_CASE("states of the system's generator differ") {
    std::set<std::string> states;
    for (int i = 0; i != 100; ++i) {
        states.insert(provider::authorize(builtin("hike"), application(), {}, *system_random()).value().state);
    }
    CHECK(states.size() == 100);
}

TEST_CASE("PKCE, by the vector of RFC 7636") {
    const auto with = [](std::string_view method, std::string_view spelled) {
        return begun(
            edited("hike", {{"/authorization/pkce", "\"" + std::string(method) + "\""},
                            {"/authorization/parameters/code_challenge", "\"{code_challenge}\""},
                            {"/authorization/parameters/code_challenge_method", "\"" + std::string(spelled) + "\""},
                            {"/operations/exchange/form/code_verifier", "\"{code_verifier}\""}}));
    };
    const auto s256 = with("S256", "S256");
    CHECK(s256.code_verifier.reveal() == drawn);
    CHECK(s256.url.ends_with("&code_challenge=" + std::string(steps::challenge) + "&code_challenge_method=S256"));
    CHECK(
        with("plain", "plain").url.ends_with("&code_challenge=" + std::string(drawn) + "&code_challenge_method=plain"));
    CHECK(with("S256_hex", "S256")
              .url.ends_with("&code_challenge=13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3&code_"
                             "challenge_method=S256"));
}

TEST_CASE("scopes are joined and encoded as the dialect has it") {
    const auto url = [](std::string_view rules) {
        const auto login = begun(edited("hike", {{"/scopes", rules}}), {.scopes = {"a:b", "c/d", "e&f"}});
        return login.url.substr(login.url.find("&scope="));
    };
    CHECK(url(R"({"separator": " ", "encoding": "form"})") == "&scope=a%3Ab+c%2Fd+e%26f");
    CHECK(url(R"({"separator": " ", "encoding": "percent"})") == "&scope=a%3Ab%20c%2Fd%20e%26f");
    CHECK(url(R"({"separator": ",", "encoding": "percent"})") == "&scope=a%3Ab%2Cc%2Fd%2Ce%26f");
    CHECK(url(R"({"separator": ",", "encoding": "raw"})") == "&scope=a:b,c/d,e%26f");
    CHECK(url(R"({"separator": "+", "encoding": "raw"})") == "&scope=a:b+c/d+e%26f");
    CHECK(url(R"({"separator": ";", "encoding": "raw"})") == "&scope=a:b;c/d;e%26f");
}

TEST_CASE("without scopes the profile's default is asked for, and none where it has none") {
    CHECK(begun(builtin("vk"), {}, application("https://oauth.vk.com/blank.html")).scopes ==
          std::vector<std::string>{"video", "groups", "wall"});
    const auto none = begun(edited("hikka", {{"/scopes/default", "[]"}}));
    CHECK(none.url == "https://hikka.io/oauth?reference=app-1");
    CHECK(none.scopes.empty());
}

TEST_CASE("offline adds the scopes and parameters that a refresh token needs, each once") {
    const auto what = edited("hike", {{"/scopes/offline", R"(["offline_access"])"},
                                      {"/authorization/offline_parameters", R"({"access_type": "offline"})"}});
    const auto login = begun(what, {.scopes = {"all", "offline_access"}, .offline = true});
    CHECK(login.scopes == std::vector<std::string>{"all", "offline_access"});
    CHECK(login.url.ends_with("&scope=all%20offline_access&access_type=offline"));
    CHECK(begun(what, {.offline = true}).url.ends_with("&scope=all%20offline_access&access_type=offline"));
    CHECK_FALSE(holds(begun(what).url, "offline"));
}

TEST_CASE("the caller's values fill optional placeholders, and are appended where there is none") {
    CHECK(begun(builtin("hitbox"), {.extra = {{"force_auth", "true"}}}).url ==
          "https://api.hitbox.tv/oauth/login?app_token=app-1&force_auth=true");
    CHECK(begun(builtin("hike"), {.extra = {{"login_hint", "a b&c"}}}).url.ends_with("&login_hint=a%20b%26c"));
}

TEST_CASE("the caller sets none of the profile's own parameters, nor the library's") {
    for (const std::string name : {"client_id", "state", "redirect_uri", "response_type", "scope", "code_challenge",
                                   "code_challenge_method", "nonce", "client_secret"}) {
        CAPTURE(name);
        CHECK(holds(refused(builtin("hike"), {.extra = {{name, "x"}}}).detail, "\"" + name + "\""));
    }
    CHECK(
        holds(refused(builtin("vk"), {.extra = {{"display", "popup"}}}, application("https://oauth.vk.com/blank.html"))
                  .detail,
              "display"));
    CHECK(holds(refused(builtin("hikka"), {.extra = {{"reference", "x"}}}).detail, "reference"));
}

TEST_CASE("the query of the authorization URL is kept, and a fragment is appended") {
    const auto what = edited("hike", {{"/authorization/url", R"("https://api.hikeup.com/oauth/authorize?store=7")"},
                                      {"/authorization/fragment", R"("wechat_redirect")"}});
    const auto login = begun(what);
    CHECK(login.url.starts_with("https://api.hikeup.com/oauth/authorize?store=7&response_type=code&"));
    CHECK(login.url.ends_with("&scope=all#wechat_redirect"));
    CHECK(holds(refused(what, {.extra = {{"store", "8"}}}).detail, "store"));
}

TEST_CASE("a state of one's own is taken where it may be sent") {
    CHECK(begun(builtin("hike"), {.state = "sealed.abc"}).state == "sealed.abc");
    refused(builtin("hike"), {.state = ""});
    refused(builtin("hike"), {.state = "line\nbreak"});
    const auto narrow = edited("hike", {{"/authorization/state", R"({"max_length": 32})"}});
    CHECK(begun(narrow).state.size() == 32);
    CHECK(begun(narrow, {.state = std::string(32, 'x')}).state.size() == 32);
    CHECK(holds(refused(narrow, {.state = std::string(33, 'x')}).detail, "32"));
}

TEST_CASE("a state may travel in the redirect URI, which is then the one of the exchange too") {
    const auto what = edited(
        "hike", {{"/authorization/state", R"({"in": "redirect_uri"})"},
                 {"/authorization/parameters", R"({"client_id": "{client_id}", "redirect_uri": "{redirect_uri}"})"}});
    const auto login = begun(what);
    CHECK(login.redirect_uri == "https://game.example/callback?state=" + std::string(drawn));
    CHECK(login.url ==
          "https://api.hikeup.com/oauth/authorize?client_id=app-1&redirect_uri="
          "https%3A%2F%2Fgame.example%2Fcallback%3Fstate%3D" +
              std::string(drawn));
}

TEST_CASE("a state of one's own comes back from the redirect URI as it was") {
    const auto what = edited(
        "hike", {{"/authorization/state", R"({"in": "redirect_uri"})"},
                 {"/authorization/parameters", R"({"client_id": "{client_id}", "redirect_uri": "{redirect_uri}"})"}});
    for (const char* uri : {"https://game.example/cb", "https://game.example/cb?x=a+b%2B"}) {
        for (const char* state : {"a+b/c==", "a&b", "a%2Bb", "a~b'c\"", "a#b;c", "a?b=c"}) {
            CAPTURE(state);
            const auto login = begun(what, {.state = state}, application(uri));
            CHECK(login.redirect_uri.starts_with(uri));
            CHECK(provider::read_callback(what, login, login.redirect_uri + "&code=c1", {}).has_value());
        }
    }
}

TEST_CASE("a nonce is drawn where the profile sends one") {
    const auto login = begun(edited("hike", {{"/authorization/parameters/nonce", R"("{nonce}")"}}));
    CHECK(login.nonce == "dBjftJeZ4CVP-mB92K27ug");
    CHECK(login.url.ends_with("&nonce=dBjftJeZ4CVP-mB92K27ug"));
}

TEST_CASE("a redirect URI is https, this machine, or an application's own scheme") {
    for (const char* good : {"https://game.example/cb?x=1", "http://127.0.0.1:8080/cb", "http://localhost/cb",
                             "http://[::1]:9/cb", "com.example.game:/cb", "mygame://cb"}) {
        CAPTURE(good);
        CHECK(begun(builtin("hike"), {}, application(good)).redirect_uri == good);
    }
    for (const char* bad : {"", "/cb", "game.example/cb", "http://game.example/cb", "https://game.example/cb#x",
                            "javascript:alert(1)", "https:///cb", "https://game.example/a b"}) {
        CAPTURE(bad);
        CHECK(holds(refused(builtin("hike"), {}, application(bad)).detail, "redirect URI"));
    }
    CHECK(begun(builtin("hikka"), {}, application("")).redirect_uri.empty());
}

TEST_CASE("what cannot be sent is told before anything is sent") {
    auto nobody = application();
    nobody.client_id.clear();
    CHECK(holds(refused(builtin("hike"), {}, nobody).detail, "{client_id}"));
    refused(builtin("hike"), {.scopes = {""}});
    refused(builtin("hike"), {.scopes = {"openid email"}});
    refused(builtin("hikka"), {.scopes = {"a,b"}});
    refused(builtin("hike"), {.scopes = {"a\r\nb"}});
}
