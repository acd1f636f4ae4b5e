#include "tests/login_server/site.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace login_server::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("the account shows who and which tokens, and only to whom is logged in") {
    site here;
    browser ann(here);
    CHECK(header_of(ann.get("/me"), "Location") == "/?return_to=%2Fme");
    ann.log_in("hitkey");
    ann.log_in("hike");
    const std::string page = ann.get("/me").body;
    CHECK(has(page, "Hello, Ann Archer"));
    CHECK(has(page, "ann@example.com <span class=\"verified\">"));
    CHECK(has(page, "good for 1 h<progress"));
    CHECK(has(page, "It does not say who you are"));
    CHECK(has(page, "Add Hikka"));
    CHECK(has(ann.get("/").body, "You are signed in already"));
    browser stranger(here);
    stranger.cookies = {{"session", "guessed"}};
    CHECK(stranger.get("/me").status == 303);
}

TEST_CASE("a token is refreshed when asked, and a failure is told") {
    site here;
    browser ann(here);
    ann.log_in("hitkey");
    CHECK(header_of(ann.post("/me/refresh", ann.form("hitkey")), "Location") == "/me?note=refreshed&provider=hitkey");
    CHECK(here.sandbox.calls("hitkey", "POST /oauth/token") == 2);
    CHECK(has(ann.get("/me?note=refreshed&provider=hitkey").body, "The token of HitKey is new."));

    here.sandbox.set_fault("hitkey", "POST /oauth/token", {.status = 503, .times = 100});
    CHECK(header_of(ann.post("/me/refresh", ann.form("hitkey")), "Location") ==
          "/me?note=not-refreshed&provider=hitkey");
}

TEST_CASE("signing out revokes where that can be, forgets where it cannot, and always signs out") {
    site here;
    for (const std::string provider : {"hike", "hikka", "hitbox", "hitkey", "vk"}) {
        CAPTURE(provider);
        browser ann(here);
        ann.log_in(provider);
        const bool revokes = provider == "hikka" || provider == "hitbox";
        const web::response out = ann.post("/me/sign-out", ann.form(provider));
        CHECK(header_of(out, "Location") ==
              "/?note=" + std::string(revokes ? "revoked" : "forgotten") + "&provider=" + provider);
        CHECK_FALSE(ann.cookies.contains("session"));
        CHECK(ann.get("/me").status == 303);
    }
    CHECK(here.sandbox.calls("hikka", "DELETE /auth/token/:token_reference") == 1);
    CHECK(here.sandbox.calls("hitbox", "POST /api/oauthaccess/:user") == 1);

    browser bob(here);
    bob.log_in("hikka", "bob");
    coauth::sandbox::behaviour live;
    live.live_dialect = true;
    here.sandbox.set_behaviour("hikka", live);
    CHECK(header_of(bob.post("/me/sign-out", bob.form("hikka")), "Location") == "/?note=not-revoked&provider=hikka");
    CHECK_FALSE(bob.cookies.contains("session"));
    CHECK(has(bob.get("/?note=not-revoked&provider=hikka").body, "did not revoke its token"));
    CHECK(has(bob.get("/metrics").body, "\ncoauth_cache_tokens 0\n"));
}

TEST_CASE("signing out of one provider leaves the others") {
    site here;
    browser ann(here);
    ann.log_in("hitkey");
    ann.log_in("hikka");
    CHECK(header_of(ann.post("/me/sign-out", ann.form("hikka")), "Location") == "/me?note=revoked&provider=hikka");
    CHECK(has(ann.get("/me").body, "id=\"hitkey\""));
    CHECK_FALSE(has(ann.get("/me").body, "id=\"hikka\""));
}

TEST_CASE("a form counts only with its session's token, from this site") {
    site here;
    browser ann(here);
    ann.log_in("hitkey");
    const std::string form = ann.form("hitkey");
    CHECK(ann.post("/me/sign-out", "provider=hitkey").status == 403);
    CHECK(ann.post("/me/sign-out", form + "x").status == 403);
    CHECK(ann.post("/me/sign-out", "provider=vk&" + form.substr(form.find('&') + 1)).status == 403);
    ann.more = {{"Sec-Fetch-Site", "cross-site"}};
    CHECK(ann.post("/me/sign-out", form).status == 403);
    ann.more = {{"Sec-Fetch-Site", "same-origin"}};
    browser mallory(here);
    mallory.log_in("hitkey", "bob");
    CHECK(mallory.post("/me/sign-out", form).status == 403);
    CHECK(ann.post("/me/sign-out", form).status == 303);
}

TEST_CASE("another account at the same provider takes the place of the former, whose token is forgotten") {
    site here;
    browser ann(here);
    ann.log_in("hitkey", "ann");
    const std::string before = ann.cookies.at("session");
    ann.log_in("hitkey", "bob");
    CHECK(ann.cookies.at("session") != before);
    CHECK(has(ann.get("/me").body, "Hello, Bob Baker"));
    CHECK(has(ann.get("/metrics").body, "\ncoauth_cache_tokens 1\n"));
}

TEST_CASE("a token that the provider refuses to refresh is told, with the way to a new one") {
    site here;
    browser ann(here);
    ann.log_in("hitkey");
    coauth::sandbox::fault refused;
    refused.status = 400;
    refused.content_type = "application/json";
    refused.body = R"({"error":"Invalid or expired refresh token"})";
    here.sandbox.set_fault("hitkey", "POST /oauth/token", refused);
    CHECK(has(header_of(ann.post("/me/refresh", ann.form("hitkey")), "Location"), "not-refreshed"));
    const std::string page = ann.get("/me").body;
    CHECK(has(page, "It has ended: log in again."));
    CHECK(has(page, "href=\"/login/hitkey\">Log in again</a>"));
    CHECK(has(here.logged.text(), "\"what\":\"needs_login\""));
    CHECK(header_of(ann.post("/me/sign-out", ann.form("hitkey")), "Location") == "/?note=forgotten&provider=hitkey");
}

/// Where a test keeps its tokens.
const std::string& token_file() {
    static const std::string path =
        (std::filesystem::temp_directory_path() / ("login-server-" + std::to_string(::getpid()) + ".db")).string();
    return path;
}

TEST_CASE("tokens in a file are sealed") {
    {
        site here([](configuration& settings) {
            settings.tokens.file = token_file();
            settings.tokens.sealed_under = coauth::key_ring::parse(coauth::key_ring::generate("k1")).value();
        });
        browser ann(here);
        CHECK(ann.log_in("hitkey").status == 303);
        CHECK(has(ann.get("/me").body, "good for 1 h"));
    }
    std::ifstream stream(token_file(), std::ios::binary);
    const std::string written{std::istreambuf_iterator<char>(stream), {}};
    CHECK(has(written, "hitkey"));
    CHECK_FALSE(has(written, "access_token"));
    for (const char* end : {"", "-wal", "-shm"}) {
        std::filesystem::remove(token_file() + end);
    }
}

}  // namespace
}  // namespace login_server::test
