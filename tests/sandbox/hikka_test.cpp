#include "caller.hpp"

namespace coauth::sandbox {
namespace {

using namespace std::chrono_literals;

struct hikka_caller : caller {
    hikka_caller() : caller(make_hikka) {}

    std::string reference() const {
        const std::string authorize = "/oauth?reference=sandbox-client&scope=read:user-details,read:watchlist";
        return query_of(decide("hikka.io", authorize)).at("reference");
    }

    response exchange(const std::string& reference, const std::string& client_secret = "sandbox-secret") const {
        return post_json("api.hikka.io", "/auth/token",
                         R"({"request_reference":")" + reference + R"(","client_secret":")" + client_secret + "\"}");
    }

    response user_me(const std::string& secret) const { return get("api.hikka.io", "/user/me", {{"Auth", secret}}); }
};

TEST_CASE("hikka: the callback is the registered redirect URI with a reference and nothing else") {
    const hikka_caller hikka;
    const std::string location = hikka.decide("hikka.io", "/oauth?reference=sandbox-client&scope=read:user-details");
    CHECK(location.starts_with("https://app.example/callback?reference="));
    CHECK(query_of(location).size() == 1);
}

TEST_CASE("hikka: the document's other name for the client works too") {
    const hikka_caller hikka;
    CHECK(hikka.decide("hikka.io", "/oauth?client=sandbox-client").starts_with("https://app.example/callback?"));
}

TEST_CASE("hikka: an unknown client gets a page and no redirect") {
    const hikka_caller hikka;
    const response answered = hikka.get("hikka.io", "/oauth?reference=<b>x", {{"X-Sandbox-Decision", "allow"}});
    CHECK(answered.status == 400);
    CHECK(answered.header("Location") == nullptr);
}

TEST_CASE("hikka: the exchange answers in the documented shape") {
    const hikka_caller hikka;
    const response answered = hikka.exchange(hikka.reference());
    CHECK(answered.status == 200);
    CHECK(*answered.header("Cache-Control") == "no-store");
    const auto token = json_of(answered);
    CHECK(token.as_object().size() == 4);
    CHECK(text(token, "secret").size() == 43);
    CHECK(text(token, "token_reference").starts_with("tok_"));
    CHECK(token.at("expires_in").as_int64() == 3600);
    CHECK(text(token, "scope") == "read:user-details,read:watchlist");
}

TEST_CASE("hikka: a reference serves once, for a minute, and for the right secret") {
    const hikka_caller hikka;
    const std::string reference = hikka.reference();

    CHECK(text(json_of(hikka.exchange(reference, "wrong")), "code") == "auth:invalid_client_credentials");
    CHECK(hikka.exchange(reference).status == 200);
    CHECK(hikka.exchange(reference).status == 400);
    CHECK(hikka.exchange("unknown").status == 400);

    const std::string late = hikka.reference();
    hikka.time->advance(1min);
    const response expired = hikka.exchange(late);
    CHECK(expired.status == 400);
    CHECK(text(json_of(expired), "code") == "auth:token_request_expired");
}

TEST_CASE("hikka: the profile has the documented fields") {
    const hikka_caller hikka;
    const auto me = json_of(hikka.user_me(text(json_of(hikka.exchange(hikka.reference())), "secret")));
    CHECK(me.as_object().size() == 10);
    CHECK(text(me, "reference") == find_user("ann")->uuid);
    CHECK(me.at("updated").is_int64());
    CHECK(me.at("created").is_int64());
    CHECK(me.at("description").is_null());
    CHECK(text(me, "username") == "ann");
    CHECK(me.at("cover").is_null());
    CHECK(me.at("active").as_bool());
    CHECK(text(me, "avatar") == "https://cdn.hikka.io/avatar.jpg");
    CHECK(text(me, "role") == "user");
    CHECK(text(me, "email") == "ann@example.com");
}

TEST_CASE("hikka: a missing secret is the documented 400, a wrong or expired one a 401") {
    const hikka_caller hikka;
    const response missing = hikka.get("api.hikka.io", "/user/me");
    CHECK(missing.status == 400);
    CHECK(missing.body == R"({"message":"Auth token is missing","code":"auth:missing_token"})");
    CHECK(hikka.user_me("wrong").status == 401);

    const std::string secret = text(json_of(hikka.exchange(hikka.reference())), "secret");
    hikka.time->advance(3599s);
    CHECK(hikka.user_me(secret).status == 200);
    hikka.time->advance(1s);
    CHECK(hikka.user_me(secret).status == 401);
}

TEST_CASE("hikka: a token revokes itself and no other") {
    const hikka_caller hikka;
    const auto mine = json_of(hikka.exchange(hikka.reference()));
    const auto other = json_of(hikka.exchange(hikka.reference()));
    const std::string target = "/auth/token/" + text(mine, "token_reference");

    CHECK(hikka.send("DELETE", "api.hikka.io", target).status == 400);
    CHECK(hikka.send("DELETE", "api.hikka.io", target, {{"Auth", text(other, "secret")}}).status == 404);
    CHECK(hikka.user_me(text(mine, "secret")).status == 200);
    CHECK(hikka.send("DELETE", "api.hikka.io", target, {{"Auth", text(mine, "secret")}}).status == 200);
    CHECK(hikka.user_me(text(mine, "secret")).status == 401);
    CHECK(hikka.user_me(text(other, "secret")).status == 200);
}

TEST_CASE("hikka: the live dialect tells absolute times and refuses to revoke") {
    const hikka_caller hikka;
    hikka.called->set_behaviour({.live_dialect = true});
    const auto token = json_of(hikka.exchange(hikka.reference()));
    CHECK(token.as_object().size() == 3);
    const std::string secret = text(token, "secret");
    CHECK(token.at("created").as_int64() == 1'790'000'000);
    CHECK(token.at("expiration").as_int64() == 1'790'000'000 + 30 * 60);

    const auto info = json_of(hikka.get("api.hikka.io", "/auth/token/info", {{"Auth", secret}}));
    CHECK(info.at("scope").as_array().size() == 2);
    CHECK(info.at("expiration").as_int64() == 1'790'000'000 + 30 * 24 * 3600);
    CHECK(text(info.at("client"), "reference") == "sandbox-client");

    const response revoked =
        hikka.send("DELETE", "api.hikka.io", "/auth/token/" + text(info, "reference"), {{"Auth", secret}});
    CHECK(revoked.status == 403);
    CHECK(text(json_of(revoked), "code") == "permission:denied");
    CHECK(hikka.user_me(secret).status == 200);
}

TEST_CASE("hikka: in the live dialect use makes a token live longer, and its end is a 400") {
    const hikka_caller hikka;
    hikka.called->set_behaviour({.token_lifetime = 100s, .live_dialect = true});
    const std::string secret = text(json_of(hikka.exchange(hikka.reference())), "secret");
    for (int use = 0; use < 3; ++use) {
        hikka.time->advance(60s);
        CHECK(hikka.user_me(secret).status == 200);
    }
    hikka.time->advance(100s);
    const response expired = hikka.user_me(secret);
    CHECK(expired.status == 400);
    CHECK(text(json_of(expired), "code") == "auth:token_expired");
}

}  // namespace
}  // namespace coauth::sandbox
