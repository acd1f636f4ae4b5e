#include "caller.hpp"

namespace coauth::sandbox {
namespace {

using namespace std::chrono_literals;

const std::string login = "/oauth/login?app_token=sandbox-client";

struct hitbox_caller : caller {
    hitbox_caller() : caller(make_hitbox) {}

    std::string request_token() const {
        return query_of(decide("api.hitbox.tv", login + "&force_auth=true")).at("request_token");
    }

    response exchange(const std::string& request_token,
                      const std::string& hash = base64("sandbox-clientsandbox-secret")) const {
        return post_json(
            "api.hitbox.tv", "/oauth/exchange",
            R"({"request_token":")" + request_token + R"(","app_token":"sandbox-client","hash":")" + hash + "\"}");
    }

    std::string token() const { return text(json_of(exchange(request_token())), "access_token"); }

    response user_from_token(const std::string& token) const {
        return get("www.hitbox.tv", "/api/userfromtoken/" + token);
    }
};

TEST_CASE("hitbox: a first login brings a request token, which is exchanged once") {
    const hitbox_caller hitbox;
    const std::string location = hitbox.decide("api.hitbox.tv", login);
    CHECK(location.starts_with("https://app.example/callback?request_token="));
    const std::string request_token = query_of(location).at("request_token");

    const auto token = json_of(hitbox.exchange(request_token));
    CHECK(token.as_object().size() == 1);
    CHECK(!text(token, "access_token").empty());
    CHECK(hitbox.exchange(request_token).body == "authentication_failed");
}

TEST_CASE("hitbox: a refusal of the exchange is plain text") {
    const hitbox_caller hitbox;
    const response wrong_hash = hitbox.exchange(hitbox.request_token(), base64("sandbox-clientwrong"));
    CHECK(wrong_hash.body == "authentication_failed");
    CHECK(*wrong_hash.header("Content-Type") == "text/plain; charset=utf-8");
    CHECK(hitbox.exchange("unknown").body == "authentication_failed");

    const std::string late = hitbox.request_token();
    hitbox.time->advance(10min);
    CHECK(hitbox.exchange(late).body == "authentication_failed");
}

TEST_CASE("hitbox: who has exchanged before comes back with a token at once, unless asked to log in again") {
    const hitbox_caller hitbox;
    const std::string never_exchanged = hitbox.request_token();
    CHECK(query_of(hitbox.decide("api.hitbox.tv", login)).contains("request_token"));
    REQUIRE(json_of(hitbox.exchange(never_exchanged)).is_object());

    const fields again = query_of(hitbox.decide("api.hitbox.tv", login));
    CHECK(again.size() == 1);
    CHECK(hitbox.user_from_token(again.at("authToken")).body == R"({"user_name":"ann"})");
    CHECK(query_of(hitbox.decide("api.hitbox.tv", login, "allow", "bob")).contains("request_token"));
    CHECK(query_of(hitbox.decide("api.hitbox.tv", login + "&force_auth=true")).contains("request_token"));
}

TEST_CASE("hitbox: a refusal by the user comes back as an error") {
    const hitbox_caller hitbox;
    CHECK(hitbox.decide("api.hitbox.tv", login, "deny") == "https://app.example/callback?error=user_canceled");
}

TEST_CASE("hitbox: an unknown token belongs to an empty list") {
    const hitbox_caller hitbox;
    CHECK(hitbox.user_from_token("unknown").body == "[]");
    CHECK(hitbox.user_from_token(hitbox.token()).body == R"({"user_name":"ann"})");
}

TEST_CASE("hitbox: a token has no end unless it is given one") {
    const hitbox_caller hitbox;
    const std::string endless = hitbox.token();
    hitbox.called->set_behaviour({.token_lifetime = 60s});
    const std::string brief = hitbox.token();
    hitbox.time->advance(24h * 365);
    CHECK(hitbox.user_from_token(endless).body != "[]");
    CHECK(hitbox.user_from_token(brief).body == "[]");
}

TEST_CASE("hitbox: the applications of a user are listed and removed, and removal ends their tokens") {
    const hitbox_caller hitbox;
    const std::string token = hitbox.token();
    const std::string target = "/api/oauthaccess/Ann?authToken=" + token;

    CHECK(hitbox.get("www.hitbox.tv", target).body ==
          R"({"apps":[{"name":"Sandbox application","description":"An application that tries its login"}]})");
    const response removed = hitbox.send("POST", "www.hitbox.tv", target);
    CHECK(removed.status == 200);
    CHECK(removed.body == R"({"error":false,"success":true})");
    CHECK(hitbox.user_from_token(token).body == "[]");
    CHECK(hitbox.send("POST", "www.hitbox.tv", target).status == 401);
    CHECK(query_of(hitbox.decide("api.hitbox.tv", login)).contains("request_token"));
}

TEST_CASE("hitbox: a user's applications are shown to that user's token alone") {
    const hitbox_caller hitbox;
    const std::string token = hitbox.token();
    CHECK(hitbox.get("www.hitbox.tv", "/api/oauthaccess/bob?authToken=" + token).status == 401);
    CHECK(hitbox.get("www.hitbox.tv", "/api/oauthaccess/ann").status == 401);
    CHECK(hitbox.send("POST", "www.hitbox.tv", "/api/oauthaccess/bob?authToken=" + token).status == 401);
    CHECK(hitbox.user_from_token(token).body != "[]");
}

TEST_CASE("hitbox: a form is refused where JSON is documented") {
    const hitbox_caller hitbox;
    const response answered = hitbox.post_form("api.hitbox.tv", "/oauth/exchange", "request_token=x");
    CHECK(answered.status == 415);
    CHECK(text(json_of(answered), "error_msg").starts_with("The body must be application/json"));
}

}  // namespace
}  // namespace coauth::sandbox
