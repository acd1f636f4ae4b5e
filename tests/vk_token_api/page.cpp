#include "world.hpp"

#include <doctest/doctest.h>

namespace vk_token_api::test {
namespace {

using namespace std::chrono_literals;

bool holds(const answer& got, const std::string& part) {
    return got.body.find(part) != got.body.npos;
}

/// The page as a browser of a signed-in user asks for it.
struct browser {
    browser() { at.vk.knows("vk1.a.one", 1); }

    answer get(const std::string& path) { return at.ask({"GET", path, {cookie()}}); }

    answer post(const std::string& path, const std::string& form, const std::string& site = "same-origin") {
        return at.ask({"POST",
                       path,
                       {cookie(), "Sec-Fetch-Site: " + site, "Content-Type: application/x-www-form-urlencoded"},
                       form});
    }

    std::string cookie() const { return "Cookie: other=1; __Host-vk_session=" + at.jwt(); }

    world at;
};

TEST_CASE("page: who is not signed in is asked to, and gets a cookie that scripts cannot read") {
    world at;
    const answer asked = at.ask({"GET", "/settings/vk"});
    CHECK(asked.status == 200);
    CHECK(holds(asked, "action=\"/settings/sign-in\""));
    CHECK(holds(at.ask({"GET", "/settings/vk/refresh"}), "action=\"/settings/sign-in\""));

    const std::string type = "Content-Type: application/x-www-form-urlencoded";
    const answer wrong = at.ask({"POST", "/settings/sign-in", {type}, "jwt=a.b.c"});
    CHECK(wrong.status == 401);
    CHECK(wrong.header("Set-Cookie") == "");
    const answer right = at.ask({"POST", "/settings/sign-in", {type}, "jwt=" + at.jwt()});
    CHECK(right.status == 303);
    CHECK(right.header("Location") == "/settings/vk");
    CHECK(right.header("Set-Cookie") ==
          "__Host-vk_session=" + at.jwt() + "; Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Lax");
    const answer out = at.ask({"POST", "/settings/sign-out", {type}, ""});
    CHECK(out.header("Set-Cookie") == "__Host-vk_session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
}

TEST_CASE("page: a token is pasted and shown, and the warning comes in time") {
    browser user;
    CHECK(holds(user.get("/settings/vk"), "There is no VK token yet."));
    CHECK(holds(user.get("/settings/vk/refresh"), "href=\"https://oauth.vk.com/authorize?client_id=54249533&amp;"));
    const answer saved = user.post("/settings/vk/refresh", "token_data=vk1.a.one&account_name=my+vk");
    CHECK(saved.status == 303);
    CHECK(saved.header("Location") == "/settings/vk?saved=my%20vk");
    const answer shown = user.get("/settings/vk?saved=my%20vk");
    CHECK(holds(shown, "VK token saved successfully (expires in 24h)"));
    CHECK(holds(shown, "Expires in 24h 0m"));
    CHECK(!holds(shown, "<dialog"));

    user.at.clock->advance(22h + 30min);
    const answer warned = user.get("/settings/vk");
    CHECK(holds(warned, "<dialog open"));
    CHECK(holds(warned, "VK Token Expiring"));
    CHECK(holds(warned, "Token expires in 1h 30m: my vk"));
    CHECK(holds(warned, "href=\"/settings/vk/refresh?account_name=my%20vk\">Refresh Token</a>"));
    user.at.clock->advance(2h);
    CHECK(holds(user.get("/settings/vk"), "VK Token Expired"));
}

TEST_CASE("page: a token that is not taken is told why, and not shown again") {
    browser user;
    const answer wrong = user.post("/settings/vk/refresh", "token_data=vk1.a.WRONG&account_name=my_vk");
    CHECK(wrong.status == 400);
    CHECK(holds(wrong, "Token validation failed due to VK API error"));
    CHECK(holds(wrong, "value=\"my_vk\""));
    CHECK(!holds(wrong, "vk1.a.WRONG"));
    CHECK(user.post("/settings/vk/refresh", "").status == 400);
}

TEST_CASE("page: a form of another site does nothing") {
    browser user;
    for (const char* path : {"/settings/vk/refresh", "/settings/sign-in", "/settings/sign-out"}) {
        const answer got = user.post(path, "token_data=vk1.a.one&jwt=" + user.at.jwt(), "cross-site");
        CHECK(got.status == 403);
        CHECK(got.header("Set-Cookie") == "");
    }
    CHECK(user.at.status().at("has_token") == false);
}

TEST_CASE("page: a name is text, not HTML") {
    browser user;
    const std::string hostile = "%3Cscript%3Ealert(1)%3C/script%3E%22%27%26";
    CHECK(user.post("/settings/vk/refresh", "token_data=vk1.a.one&account_name=" + hostile).status == 303);
    user.at.clock->advance(23h);
    for (const std::string& path : {std::string{"/settings/vk"}, "/settings/vk/refresh?account_name=" + hostile}) {
        const answer got = user.get(path);
        CHECK(!holds(got, "<script>"));
        CHECK(holds(got, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"));
    }
}

TEST_CASE("page: it runs no script but its own, in no frame, and is kept nowhere") {
    browser user;
    const answer got = user.get("/settings/vk");
    CHECK(got.header("Content-Security-Policy") ==
          "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; form-action 'self'; "
          "frame-ancestors 'none'; base-uri 'none'");
    CHECK(got.header("Cache-Control") == "no-store");
    CHECK(got.header("Referrer-Policy") == "no-referrer");
    CHECK(got.header("Refresh") == "60; url=/settings/vk");
    CHECK(user.get("/settings/page.js").header("Content-Type") == "text/javascript; charset=utf-8");
    CHECK(user.get("/settings/page.css").header("Content-Type") == "text/css; charset=utf-8");
}

}  // namespace
}  // namespace vk_token_api::test
