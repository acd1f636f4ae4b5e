#include "caller.hpp"

namespace coauth::sandbox {
namespace {

using namespace std::chrono_literals;

const std::string authorize =
    "/?client_id=sandbox-client&redirect_uri=https://app.example/callback&response_type=code&state=s";

/// What a browser keeps of a consent page.
struct opened_page {
    explicit opened_page(const response& page) : html(page.body) {
        REQUIRE(page.status == 200);
        const std::string set_cookie = *page.header("Set-Cookie");
        cookie = set_cookie.substr(0, set_cookie.find(';'));
        const std::string before = "name=\"form_token\" value=\"";
        const std::size_t at = html.find(before) + before.size();
        form_token = html.substr(at, html.find('"', at) - at);
    }

    std::string html;
    std::string cookie;
    std::string form_token;
};

response submit(const caller& to, const opened_page& page, const std::string& cookie,
                const std::string& decision = "allow", const std::string& login = "bob") {
    header_fields headers;
    if (!cookie.empty())
        headers.emplace_back("Cookie", cookie);
    return to.post_form("hitkey.io", "/sandbox/consent",
                        "form_token=" + page.form_token + "&user=" + login + "&decision=" + decision, headers);
}

TEST_CASE("a consent page names the application, its scopes and the users, and is protected") {
    const caller hitkey{make_hitkey};
    const response page = hitkey.get("hitkey.io", authorize + "&scope=openid+email");
    CHECK(page.status == 200);
    for (const std::string part : {"Sandbox application wants to log you in", "<li>openid</li>", "<li>email</li>",
                                   "value=\"ann\"", "value=\"bob\"", "value=\"cyd\"", "https://app.example/callback"}) {
        CAPTURE(part);
        CHECK(page.body.find(part) != std::string::npos);
    }
    CHECK(page.body.find("<script") == std::string::npos);
    CHECK(*page.header("Cache-Control") == "no-store");
    CHECK(*page.header("X-Frame-Options") == "DENY");
    CHECK(*page.header("Referrer-Policy") == "no-referrer");
    const std::string policy = *page.header("Content-Security-Policy");
    CHECK(policy.find("default-src 'none'") == 0);
    CHECK(policy.find("form-action 'self' https://app.example;") != std::string::npos);
    CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
    const std::string cookie = *page.header("Set-Cookie");
    CHECK(cookie.starts_with("__Host-sandbox-browser="));
    CHECK(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"));
}

TEST_CASE("a page that another server shows below a path of its own is made for that place") {
    const caller hitkey{make_hitkey};
    const opened_page page{hitkey.get("hitkey.io", authorize, {{"X-Forwarded-Prefix", "/sandbox/hitkey.io"}})};
    CHECK(page.html.find("action=\"/sandbox/hitkey.io/sandbox/consent\"") != std::string::npos);
    CHECK(page.cookie.starts_with("sandbox-browser="));
    CHECK(submit(hitkey, page, page.cookie).status == 303);
    for (const std::string odd : {"sandbox", "//evil.example", "/a\"b", "/a;b", "/a/", "https://evil.example"}) {
        CAPTURE(odd);
        const response own = hitkey.get("hitkey.io", authorize, {{"X-Forwarded-Prefix", odd}});
        CHECK(own.body.find("action=\"/sandbox/consent\"") != std::string::npos);
        CHECK(own.header("Set-Cookie")->starts_with("__Host-sandbox-browser="));
    }
}

TEST_CASE("the form leads on as the chosen user, or with a refusal") {
    const caller hitkey{make_hitkey};
    const opened_page page{hitkey.get("hitkey.io", authorize)};
    const response allowed = submit(hitkey, page, page.cookie);
    CHECK(allowed.status == 303);
    CHECK(allowed.header("Location")->starts_with("https://app.example/callback?code="));

    const opened_page next{hitkey.get("hitkey.io", authorize, {{"Cookie", page.cookie}})};
    CHECK(next.cookie == page.cookie);
    CHECK(*submit(hitkey, next, next.cookie, "deny").header("Location") ==
          "https://app.example/callback?error=access_denied&state=s");
}

TEST_CASE("a form without its cookie, with another browser's, answered before, or too old is refused") {
    const caller hitkey{make_hitkey};
    const opened_page page{hitkey.get("hitkey.io", authorize)};
    const opened_page foreign{hitkey.get("hitkey.io", authorize)};
    CHECK(submit(hitkey, page, "").status == 403);
    CHECK(submit(hitkey, page, foreign.cookie).status == 403);
    CHECK(submit(hitkey, page, "__Host-sandbox-browser=").status == 403);
    CHECK(submit(hitkey, page, "other=1; " + page.cookie).status == 303);
    CHECK(submit(hitkey, page, page.cookie).status == 403);

    hitkey.time->advance(10min);
    const response late = submit(hitkey, foreign, foreign.cookie);
    CHECK(late.status == 403);
    CHECK(late.header("Location") == nullptr);
}

TEST_CASE("a form that is incomplete or names nobody is refused, and the page stays good") {
    const caller hitkey{make_hitkey};
    const opened_page page{hitkey.get("hitkey.io", authorize)};
    CHECK(submit(hitkey, page, page.cookie, "perhaps").status == 400);
    CHECK(submit(hitkey, page, page.cookie, "allow", "mallory").status == 400);
    CHECK(hitkey.post_form("hitkey.io", "/sandbox/consent", "user=ann&decision=allow", {{"Cookie", page.cookie}})
              .status == 400);
    CHECK(hitkey.post_json("hitkey.io", "/sandbox/consent", "{}", {{"Cookie", page.cookie}}).status == 415);
    CHECK(submit(hitkey, page, page.cookie).status == 303);
}

TEST_CASE("a cookie that was not given here is replaced") {
    const caller hitkey{make_hitkey};
    const std::string planted = "__Host-sandbox-browser=planted";
    const opened_page page{hitkey.get("hitkey.io", authorize, {{"Cookie", planted}})};
    CHECK(page.cookie != planted);
    CHECK(submit(hitkey, page, planted).status == 403);
}

TEST_CASE("whatever comes from outside is escaped") {
    const caller hike{make_hike};
    application hostile;
    hostile.client_id = "hostile";
    hostile.name = "<script>alert('1')</script>";
    hostile.description = "a & \"b\"";
    hike.called->register_application(hostile);
    const std::string target =
        "/oauth/authorize?response_type=code&client_id=hostile&redirect_uri=https://app.example/callback&scope=";
    const response page = hike.get("api.hikeup.com", target + "all");
    CHECK(page.body.find("<script") == std::string::npos);
    CHECK(page.body.find("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;") != std::string::npos);
    CHECK(page.body.find("a &amp; &quot;b&quot;") != std::string::npos);

    const caller hikka{make_hikka};
    const response scoped = hikka.get("hikka.io", "/oauth?reference=sandbox-client&scope=%3Cimg%3E,b");
    CHECK(scoped.body.find("<img>") == std::string::npos);
    CHECK(scoped.body.find("<li>&lt;img&gt;</li>") != std::string::npos);

    const response refused = hike.get("api.hikeup.com",
                                      "/oauth/authorize?response_type=code&client_id=hostile&scope=all"
                                      "&redirect_uri=https://evil.example/%3Cscript%3E");
    CHECK(refused.status == 400);
    CHECK(refused.body.find("<script") == std::string::npos);
}

TEST_CASE("a program decides by a header, for a user who exists") {
    const caller hitkey{make_hitkey};
    CHECK(hitkey.get("hitkey.io", authorize, {{"X-Sandbox-Decision", "maybe"}}).status == 400);
    CHECK(hitkey.get("hitkey.io", authorize, {{"X-Sandbox-Decision", "allow"}, {"X-Sandbox-User", "eve"}}).status ==
          400);
    CHECK(hitkey.get("hitkey.io", authorize, {{"X-Sandbox-Decision", "allow"}}).status == 302);
}

TEST_CASE("a browser in which a hitbox user allowed and exchanged skips the page") {
    const caller hitbox{make_hitbox};
    const std::string login = "/oauth/login?app_token=sandbox-client";
    const opened_page page{hitbox.get("api.hitbox.tv", login)};
    const response allowed =
        hitbox.post_form("api.hitbox.tv", "/sandbox/consent",
                         "form_token=" + page.form_token + "&user=cyd&decision=allow", {{"Cookie", page.cookie}});
    const std::string request_token = query_of(*allowed.header("Location")).at("request_token");
    REQUIRE(hitbox
                .post_json("api.hitbox.tv", "/oauth/exchange",
                           R"({"app_token":"sandbox-client","request_token":")" + request_token + R"(","hash":")" +
                               base64("sandbox-clientsandbox-secret") + "\"}")
                .status == 200);

    const response again = hitbox.get("api.hitbox.tv", login, {{"Cookie", page.cookie}});
    CHECK(again.status == 302);
    CHECK(query_of(*again.header("Location")).contains("authToken"));
    CHECK(hitbox.get("api.hitbox.tv", login).status == 200);
    CHECK(hitbox.get("api.hitbox.tv", login + "&force_auth=true", {{"Cookie", page.cookie}}).status == 200);
}

}  // namespace
}  // namespace coauth::sandbox
