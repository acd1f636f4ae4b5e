#include "tests/login_server/site.hpp"

#include <doctest/doctest.h>

namespace login_server::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* all_five[] = {"hike", "hikka", "hitbox", "hitkey", "vk"};

/// What `/metrics` says of a sample.
std::string metric(browser& by, const std::string& sample) {
    const std::string text = by.get("/metrics").body;
    const std::size_t at = text.find("\n" + sample + " ");
    if (at == std::string::npos) {
        return "";
    }
    const std::size_t begin = at + sample.size() + 2;
    return text.substr(begin, text.find('\n', begin) - begin);
}

TEST_CASE("a login at each provider, counted and logged without a secret") {
    site here;
    browser ann(here);
    for (const std::string provider : all_five) {
        CAPTURE(provider);
        const std::string callback = ann.come_back(provider);
        const web::response done = ann.finish(callback);
        CHECK(done.status == 303);
        CHECK(header_of(done, "Location") == "/me");
        CHECK(metric(ann, "login_server_logins_total{provider=\"" + provider + "\",outcome=\"completed\"}") == "1");
        CHECK(metric(ann, "login_server_login_seconds_count{provider=\"" + provider + "\"}") == "1");
        const std::string secret = callback.substr(callback.find('=') + 1);
        CHECK_FALSE(has(here.logged.text(), secret.substr(0, secret.find('&'))));
    }
    CHECK_FALSE(has(here.logged.text(), ann.cookies.at("session")));
    CHECK(metric(ann, "login_server_sessions") == "1");
    CHECK(metric(ann, "coauth_cache_tokens") == "5");
    CHECK(metric(ann, "coauth_logins_under_way") == "0");
}

TEST_CASE("who says no is told so, and can try again") {
    site here;
    for (const std::string provider : all_five) {
        CAPTURE(provider);
        browser ann(here);
        const web::response refused = ann.finish(ann.come_back(provider, "deny"));
        CHECK(refused.status == 403);
        CHECK(has(refused.body, "Not logged in"));
        CHECK(has(refused.body, "href=\"/login/" + provider + "\""));
        CHECK_FALSE(ann.cookies.contains("session"));
        CHECK(metric(ann, "login_server_logins_total{provider=\"" + provider + "\",outcome=\"denied\"}") == "1");
        CHECK(ann.log_in(provider).status == 303);
    }
}

TEST_CASE("a callback of another browser logs nobody in") {
    site here;
    for (const std::string provider : all_five) {
        CAPTURE(provider);
        browser mallory(here);
        browser ann(here);
        const web::response refused = ann.finish(mallory.come_back(provider));
        CHECK(refused.status == 400);
        CHECK_FALSE(ann.cookies.contains("session"));
    }
}

TEST_CASE("VK's callback without its fragment is a page that sends it on, by script or by hand") {
    site here;
    browser ann(here);
    const web::response bridge = ann.get("/callback/vk");
    CHECK(bridge.status == 200);
    CHECK(has(bridge.body, "<script src=\"/bridge.js\" defer></script>"));
    const std::string pasted = "http://127.0.0.1:8080" + ann.come_back("vk") + "\r\n";
    CHECK(ann.post("/callback/vk", "address=" + coauth::form_encode(pasted)).status == 303);
    CHECK(ann.get("/callback/hitkey").status == 400);
}

TEST_CASE("a login leads to where the user wanted to go, on this site") {
    site here;
    browser ann(here);
    const std::string page = header_of(ann.get("/login/hitkey?return_to=%2Fgames%3Fid%3D7"), "Location");
    ann.more = {{"X-Sandbox-Decision", "allow"}};
    const std::string callback = header_of(ann.get(page), "Location");
    CHECK(header_of(ann.get(callback.substr(callback.find("/callback/"))), "Location") == "/games?id=7");
    for (const char* elsewhere : {"https://evil.example", "//evil.example", "/%5Cevil.example", "games"}) {
        CAPTURE(elsewhere);
        CHECK(ann.get(std::string("/login/hitkey?return_to=") + elsewhere).status == 400);
    }
}

TEST_CASE("only what there is, by its method, at its name") {
    site here;
    browser ann(here);
    CHECK(ann.get("/nothing").status == 404);
    CHECK(ann.get("/login/hitkeys").status == 404);
    const web::response wrong = ann.post("/login/hitkey", "");
    CHECK(wrong.status == 405);
    CHECK(header_of(wrong, "Allow") == "GET");
    CHECK(ann.send("HEAD", "/callback/hitkey?code=a&state=b", "").status == 405);  // would use the login up
    CHECK(ann.send("HEAD", "/", "").status == 200);
    CHECK(header_of(ann.get("/style.css"), "Content-Type") == "text/css; charset=utf-8");
    here.host = "evil.example";
    CHECK(header_of(ann.get("/login/hitkey"), "Location") == "http://127.0.0.1:8080/");
    CHECK(ann.post("/me/refresh", "").status == 421);
    CHECK(ann.get("/healthz").status == 200);
}

TEST_CASE("metrics are not for everybody") {
    site closed([](configuration& settings) { settings.metrics_from = {"10.0.0.9"}; });
    browser ann(closed);
    CHECK(ann.get("/metrics").status == 404);
    ann.more = {{"X-Forwarded-For", "10.0.0.9"}};
    CHECK(ann.get("/metrics").status == 404);

    site behind([](configuration& settings) {
        settings.metrics_from = {"10.0.0.9"};
        settings.behind_proxy = true;
    });
    browser prometheus(behind);
    prometheus.more = {{"X-Forwarded-For", "127.0.0.1, 10.0.0.9"}};
    CHECK(prometheus.get("/metrics").status == 200);
    prometheus.more = {{"X-Forwarded-For", "10.0.0.9, 192.0.2.1"}};  // the first is what the client claims
    CHECK(prometheus.get("/metrics").status == 404);
    prometheus.more = {{"X-Forwarded-For", "10.0.0.9"}, {"X-Forwarded-For", "192.0.2.1"}};
    CHECK(prometheus.get("/metrics").status == 404);
}

TEST_CASE("sealed logins are finished as kept ones are") {
    site here([](configuration& settings) {
        settings.logins.sealed_under = coauth::key_ring::parse(coauth::key_ring::generate("k1")).value();
    });
    browser ann(here);
    for (const char* provider : all_five) {
        CAPTURE(provider);
        CHECK(ann.log_in(provider).status == 303);
    }
}

TEST_CASE("over HTTPS every cookie is bound to the host") {
    site here([](configuration& settings) { settings.public_url = "https://login.example"; });
    browser ann(here);
    CHECK(ann.log_in("hitkey").status == 303);
    REQUIRE(ann.cookies.size() == 1);
    CHECK(ann.cookies.begin()->first == "__Host-session");
    CHECK(!header_of(ann.get("/"), "Strict-Transport-Security").empty());
}

TEST_CASE("when the server closes, no login begins, and the rest can end") {
    site here;
    browser ann(here);
    const std::string callback = ann.come_back("hitkey");
    bool closed = false;
    asio::co_spawn(here.context, here.served->close_logins(1h), [&](const std::exception_ptr&) { closed = true; });
    here.context.poll();
    CHECK_FALSE(closed);
    CHECK(ann.get("/healthz").status == 503);
    const web::response refused = ann.get("/login/hikka");
    CHECK(refused.status == 503);
    CHECK(!header_of(refused, "Retry-After").empty());
    CHECK(ann.finish(callback).status == 303);
    while (!closed) {
        here.context.run_one();
    }
    CHECK(has(here.logged.text(), "\"event\":\"logins closed\",\"left\":0"));
}

}  // namespace
}  // namespace login_server::test
