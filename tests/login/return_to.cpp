// Where a browser may be sent after its login, which requests are a callback, and options that make no sense.
#include "tests/failure_of.hpp"
#include "tests/login/login_world.hpp"

#include <doctest/doctest.h>

namespace coauth::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a browser is sent to paths of one's own only (open redirect)") {
    for (const char* own : {"/", "/games?id=7", "/a/b#part", "/@evil.example", "/a//b", "/?to=//evil.example",
                            "/?to=https://evil.example", "/%5Cevil.example", "/%2F/evil.example", "/%09", "/a:b",
                            "/.well-known", "/a/../b", "/%D1%8F"}) {
        CAPTURE(std::string{own});
        CHECK(is_own_path(own));
    }
    for (const char* foreign : {"",
                                "games",
                                "//evil.example",
                                "///evil.example",
                                "/\\evil.example",
                                "\\/evil.example",
                                "\\\\evil.example",
                                "/a\\b",
                                "https://evil.example",
                                "https:evil.example",
                                "https:/evil.example",
                                "HTTPS://evil.example/",
                                "javascript:alert(1)",
                                "data:text/html,x",
                                "@evil.example",
                                "?to=x",
                                "#x",
                                "./a",
                                "../a",
                                " /a",
                                "/ a",
                                "/a b",
                                "/a\tb",
                                "\t//evil.example",
                                "/\t/evil.example",
                                "/\n/evil.example",
                                "/a\r\nSet-Cookie: a=b",
                                "/a\x7f",
                                "/\xd1\x8f",
                                "/\xef\xbc\x8f"
                                "evil.example",
                                "\xef\xbc\x8f/evil.example",
                                "/\xc2\xa0",
                                "/%",
                                "/%zz",
                                "/a%2",
                                "/\"><script>",
                                "/{a}",
                                "/[a]",
                                "/a|b",
                                "/^"}) {
        CAPTURE(std::string{foreign});
        CHECK_FALSE(is_own_path(foreign));
    }
    CHECK_FALSE(is_own_path(std::string_view{"/a\0b", 4}));
    CHECK_FALSE(is_own_path(std::string_view{"\0/a", 3}));
}

TEST_CASE("begin refuses a return_to that is no path of one's own, and begins nothing") {
    for (const auto each : backends) {
        login_world world{each()};
        const client hitkey = world.client_of("hitkey");
        const std::vector<std::string> foreign{"//evil.example",
                                               "/\\evil.example",
                                               "https://evil.example",
                                               "/\t/evil.example",
                                               "",
                                               "/" + std::string(1024, 'a')};
        for (const std::string& to : foreign) {
            CAPTURE(to);
            CHECK(failure_of([&] { (void)world.broker->begin(hitkey, {.return_to = to}); }).code ==
                  errc::invalid_argument);
        }
        CHECK(world.broker->statistics().begun == 0);
        cookie_jar browser;
        const std::string longest = "/" + std::string(1023, 'a');
        const pending_login login = world.begin(hitkey, browser, {.return_to = longest});
        CHECK(world.complete(callback_of(login), browser).location == longest);
    }
}

TEST_CASE("a parameter of the callback has no say in where the browser goes") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser, {.return_to = "/games"});
        const login_answer answer =
            world.complete(callback_of(login) + "&return_to=//evil.example&location=https://evil.example", browser);
        CHECK(answer.status == 303);
        CHECK(answer.location == "/games");
    }
}

TEST_CASE("a callback is taken as a request target, or as a URL of the right origin") {
    const auto status_of = [](const std::string& before_query, const std::string& redirect_uri) {
        login_world world;
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey", redirect_uri), browser);
        const std::string callback = callback_of(login);
        return world.complete(before_query + callback.substr(callback.find('?')), browser).status;
    };
    const std::string uri = "https://app.example/callback/hitkey";
    for (const char* right : {"/callback/hitkey", "/callback/hit%6bey", "/%63allback/hitkey", "/callback/./hitkey",
                              "/callback/x/../hitkey", "https://app.example/callback/hitkey",
                              "HTTPS://APP.example/callback/hitkey", "https://app.example:443/callback/hitkey"}) {
        CAPTURE(std::string{right});
        CHECK(status_of(right, uri) == 303);
    }
    for (const char* wrong : {"",
                              "callback/hitkey",
                              "/callback/hitkey/",
                              "/callback/HitKey",
                              "/callback/hike",
                              "/callback",
                              "/",
                              "//app.example/callback/hitkey",
                              "//evil.example/callback/hitkey",
                              "/callback/hitkey%2F",
                              "/callback%2Fhitkey",
                              "https://evil.example/callback/hitkey",
                              "http://app.example/callback/hitkey",
                              "https://app.example:8443/callback/hitkey",
                              "https://app.example.evil.example/callback/hitkey",
                              "https:/callback/hitkey",
                              "https:callback/hitkey",
                              "/callback/hitkey\\",
                              "/callback/\x01",
                              "/callback/hit%zzkey",
                              "/callback/\xd1\x8f"}) {
        CAPTURE(std::string{wrong});
        CHECK(status_of(wrong, uri) == 400);
    }
    const std::string encoded = "https://app.example/callback/%D1%8F%20x";
    CHECK(status_of("/callback/%D1%8F%20x", encoded) == 303);
    CHECK(status_of("/callback/%d1%8f%20x", encoded) == 303);
    CHECK(status_of("https://app.example/callback/%D1%8F%20x", encoded) == 303);
    CHECK(status_of("/callback/hitkey", "https://app.example:8443/callback/hitkey") == 303);
    CHECK(status_of("https://app.example/callback/hitkey", "https://app.example:8443/callback/hitkey") == 400);
}

TEST_CASE("two providers cannot have one redirect URI: a callback could be taken for the other's") {
    for (const auto each : backends) {
        login_world world{each()};
        const std::string shared = "https://app.example/callback";
        (void)world.broker->begin(world.client_of("hitkey", shared));
        const auto begin_hike = [&](const std::string& uri) {
            return failure_of([&] { (void)world.broker->begin(world.client_of("hike", uri)); });
        };
        for (const std::string& same :
             {shared, shared + "?provider=hike", std::string{"https://other.example/callback"},
              std::string{"https://app.example/%63allback"}, std::string{"https://app.example/x/../callback"}}) {
            CAPTURE(same);
            const failure why = begin_hike(same);
            CHECK(why.code == errc::invalid_argument);
            CHECK(why.detail.find("hitkey") != std::string::npos);
        }
        CHECK(failure_of([&] { world.broker->serve(world.client_of("hike", shared)); }).code == errc::invalid_argument);
        CHECK(failure_of([&] { (void)world.broker->begin(world.client_of(provider::builtin("hike"), "")); }).code ==
              errc::invalid_argument);
        CHECK(world.broker->statistics().begun == 1);
        world.broker->serve(world.client_of("hike", "https://app.example/callback/hike"));
    }
}

TEST_CASE("one client under two addresses of its own: each login comes back where it was begun") {
    for (const auto each : backends) {
        login_world world{each()};
        cookie_jar browser;
        const std::vector<std::string> uris{"https://a.example/in", "https://b.example/in", "https://b.example/other"};
        for (const std::string& uri : uris) {
            (void)world.broker->begin(world.client_of("hitkey", uri));
        }
        for (const std::string& uri : uris) {
            CAPTURE(uri);
            const pending_login login = world.begin(world.client_of("hitkey", uri), browser);
            const std::string query = callback_of(login).substr(std::string_view{"/callback/hitkey"}.size());
            CHECK(world.complete(uri + query, browser).status == 303);
        }
        CHECK(world.providers->sent()[4].body().find("other") != std::string::npos);
    }
}

TEST_CASE("options that make no sense are refused by name") {
    login_world world;
    const auto refusal = [&](auto change) {
        login_options options;
        change(options);
        return failure_of([&] { login_broker{world.get_executor(), options}; }).detail;
    };
    CHECK(refusal([](login_options& of) { of.lifetime = 0s; }).find("lifetime") != std::string::npos);
    CHECK(refusal([](login_options& of) { of.lifetime = 25h; }).find("lifetime") != std::string::npos);
    CHECK(refusal([](login_options& of) { of.completion_timeout = 0ms; }).find("completion") != std::string::npos);
    CHECK(refusal([](login_options& of) { of.completion_timeout = 2h; }).find("completion") != std::string::npos);
    CHECK(refusal([](login_options& of) { of.wait_timeout = -1ms; }).find("wait_timeout") != std::string::npos);
    CHECK(refusal([](login_options& of) { of.wait_timeout = 25h; }).find("wait_timeout") != std::string::npos);
    CHECK(refusal([](login_options& of) { of.max_per_browser = 0; }).find("max_per_browser") != std::string::npos);
    CHECK(refusal([](login_options& of) { of.max_per_browser = 21; }).find("max_per_browser") != std::string::npos);
    for (const char* name : {"", "a b", "a=b", "a;b", "a_b", "\xd1\x8f"}) {
        CHECK(refusal([&](login_options& of) { of.cookie_name = name; }).find("cookie_name") != std::string::npos);
    }
    CHECK(failure_of([&] {
              login_broker{world.get_executor(), kept_logins{.max_logins = 0}};
          }).code == errc::invalid_argument);
    sealed_logins forgets = std::get<sealed_logins>(sealed());
    forgets.remembered = 0;
    CHECK(failure_of([&] { login_broker{world.get_executor(), forgets}; }).code == errc::invalid_argument);
}

TEST_CASE("options of a login that make no sense are refused, and begin nothing") {
    for (const auto each : backends) {
        login_world world{each()};
        const client hitkey = world.client_of("hitkey");
        begin_options own_state;
        own_state.ask.state = "made-up-by-the-caller";
        CHECK(failure_of([&] { (void)world.broker->begin(hitkey, own_state); }).code == errc::invalid_argument);
        CHECK(failure_of([&] { (void)world.broker->begin(hitkey, {.account = std::string(257, 'a')}); }).code ==
              errc::invalid_argument);
        CHECK(failure_of([&] { (void)world.broker->begin(hitkey, {.tag = std::string(257, 'a')}); }).code ==
              errc::invalid_argument);
        CHECK(world.broker->statistics().begun == 0);
        CHECK(world.broker->statistics().under_way == 0);
    }
}

}  // namespace
}  // namespace coauth::test
