#include "login_server/pages.hpp"

#include "login_server/answers.hpp"
#include "login_server/assets.hpp"
#include "login_server/notes.hpp"
#include "web/html.hpp"

#include <doctest/doctest.h>

namespace login_server {
namespace {

using namespace std::chrono_literals;

constexpr const char* hostile = "<script>alert('\"&\")</script>";

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

login_view hostile_login() {
    login_view made;
    made.at = {"odd", hostile, 0};
    made.name = hostile;
    made.username = hostile;
    made.email = hostile;
    made.subject = hostile;
    made.scopes = {hostile};
    made.can_refresh = true;
    return made;
}

TEST_CASE("text is escaped") {
    CHECK(web::escape_html(hostile) == "&lt;script&gt;alert(&#39;&quot;&amp;&quot;)&lt;/script&gt;");
    CHECK(web::escape_html("Bohdan Хмельницький") == "Bohdan Хмельницький");
}

TEST_CASE("nothing that comes from outside becomes markup, on any page") {
    const provider_view odd{"odd", hostile, 0};
    login_view ended = hostile_login();
    ended.problem = hostile;
    for (const std::string& page :
         {sign_in_page({odd}, hostile, hostile, true), account_page({hostile_login(), ended}, {odd}, hostile, hostile),
          message_page(hostile, hostile, hostile, hostile), bridge_page(hostile, hostile)}) {
        CHECK_FALSE(has(page, "<script>"));
        CHECK_FALSE(has(page, "alert('"));
        CHECK(has(page, "&lt;script&gt;"));
    }
}

TEST_CASE("no page has a script, a style or a handler within: the content policy forbids them") {
    const provider_view one{"hitkey", "HitKey", 0};
    for (const std::string& page : {sign_in_page({one}, "", "", false), account_page({hostile_login()}, {one}, "", "t"),
                                    message_page("a", "b", "c", "/"), bridge_page("VK", "/callback/vk")}) {
        CHECK_FALSE(has(page, "<style"));
        CHECK_FALSE(has(page, " style="));
        CHECK_FALSE(has(page, " onclick="));
        CHECK_FALSE(has(page, "javascript:"));
    }
    CHECK(has(bridge_page("VK", "/callback/vk"), "<script src=\"/bridge.js\" defer></script>"));
}

TEST_CASE("a button leads to its provider, and on to where the user wanted to go") {
    const std::string page = sign_in_page({{"hitkey", "HitKey", 0}}, "", "/games?id=7&a", false);
    CHECK(has(page, "href=\"/login/hitkey?return_to=%2Fgames%3Fid%3D7%26a\""));
    CHECK(has(page, "Continue with HitKey"));
    CHECK_FALSE(has(page, "signed in already"));
}

TEST_CASE("a token's time is told, and what can be done with it") {
    login_view made;
    made.at = {"hitkey", "HitKey", 0};
    made.time_left = 59min + 59s;
    made.lifetime = 1h;
    made.can_refresh = true;
    const std::string page = account_page({made}, {}, "", "the-token");
    CHECK(has(page, "good for 1 h<progress aria-label=\"Time left\" max=\"3600\" value=\"3599\">"));
    CHECK(has(page, "action=\"/me/refresh\""));
    CHECK(has(page, "name=\"form_token\" value=\"the-token\""));
    CHECK(has(page, ">Sign out<"));
    CHECK(has(page, "It does not say who you are"));

    made.time_left = std::nullopt;
    made.can_revoke = true;
    CHECK(has(account_page({made}, {}, "", ""), "has no stated end"));
    CHECK(has(account_page({made}, {}, "", ""), ">Sign out and revoke<"));

    made.problem = "It has ended: log in again.";
    CHECK(has(account_page({made}, {}, "", ""), "href=\"/login/hitkey\">Log in again</a>"));
    CHECK_FALSE(has(account_page({made}, {}, "", ""), "/me/refresh"));
}

TEST_CASE("durations as people say them") {
    CHECK(duration_text(0s) == "less than a minute");
    CHECK(duration_text(59s) == "less than a minute");
    CHECK(duration_text(90s) == "2 min");
    CHECK(duration_text(59min + 40s) == "1 h");
    CHECK(duration_text(23h + 5min) == "23 h 5 min");
    CHECK(duration_text(24h * 7 - 1s) == "7 d");
    CHECK(duration_text(24h * 6 + 3h) == "6 d 3 h");
}

TEST_CASE("a note is a word of ours, and nobody else's text") {
    for (const note each : {note::refreshed, note::not_refreshed, note::revoked, note::not_revoked, note::forgotten}) {
        CHECK(note_named(name_of(each)) == each);
        CHECK(has(text_of(each, "HitKey"), "HitKey"));
    }
    CHECK(note_named(hostile) == note::none);
    CHECK(text_of(note::none, "HitKey").empty());
    CHECK(with_note("/me", note::refreshed, "hit key") == "/me?note=refreshed&provider=hit%20key");
}

TEST_CASE("every answer is protected, and HTTPS is kept to where there is HTTPS") {
    web::response made = html_answer(200, "");
    made.headers.push_back({"cache-control", "public"});
    add_security_headers(made, true);
    std::string all;
    for (const web::header& each : made.headers) {
        all += each.name + ": " + each.value + "\n";
    }
    CHECK(has(all, "Content-Security-Policy: default-src 'none'; "));
    CHECK_FALSE(has(all, "unsafe-inline"));
    CHECK(has(all, "frame-ancestors 'none'"));
    CHECK(has(all, "X-Content-Type-Options: nosniff\n"));
    CHECK(has(all, "Referrer-Policy: no-referrer\n"));
    CHECK(has(all, "Strict-Transport-Security: "));
    CHECK_FALSE(has(all, "no-store"));

    web::response plain(204);
    add_security_headers(plain, false);
    for (const web::header& each : plain.headers) {
        CHECK(each.name != "Strict-Transport-Security");
    }
}

TEST_CASE("the session's cookie") {
    CHECK(session_cookie(true).set("v").value == "__Host-session=v; Path=/; HttpOnly; SameSite=Lax; Secure");
    CHECK(session_cookie(false).set("v").value == "session=v; Path=/; HttpOnly; SameSite=Lax");
    CHECK(session_cookie(true).clear().value == "__Host-session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
}

TEST_CASE("the files of the pages are compiled in") {
    REQUIRE(find_asset("/style.css"));
    CHECK(has(std::string(find_asset("/style.css")->content), "prefers-color-scheme: dark"));
    CHECK(has(std::string(find_asset("/bridge.js")->content), "history.replaceState"));
    CHECK(find_asset("/icon.svg")->type == "image/svg+xml");
    CHECK_FALSE(find_asset("/main.cpp"));
}

}  // namespace
}  // namespace login_server
