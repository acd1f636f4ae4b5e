#include "caller.hpp"

namespace coauth::sandbox {
namespace {

using namespace std::chrono_literals;

const std::string authorize =
    "/?client_id=sandbox-client&redirect_uri=https://app.example/callback&response_type=code&state=a%26b%20c";

struct hitkey_caller : caller {
    hitkey_caller() : caller(make_hitkey) {}

    std::string code(const std::string& scope = "openid+profile+email", const std::string& login = "ann") const {
        return query_of(decide("hitkey.io", authorize + "&scope=" + scope, "allow", login)).at("code");
    }

    response exchange(const std::string& code, const std::string& redirect_uri = "https://app.example/callback") const {
        return token(R"("grant_type":"authorization_code","code":")" + code + R"(","redirect_uri":")" + redirect_uri +
                     "\"");
    }

    response refresh(const std::string& refresh_token) const {
        return token(R"("grant_type":"refresh_token","refresh_token":")" + refresh_token + "\"");
    }

    response token(const std::string& members, const std::string& client_secret = "sandbox-secret") const {
        return post_json("api.hitkey.io", "/oauth/token",
                         R"({"client_id":"sandbox-client","client_secret":")" + client_secret + "\"," + members + "}");
    }

    response userinfo(const std::string& access_token) const {
        return get("api.hitkey.io", "/oauth/userinfo", {{"Authorization", "Bearer " + access_token}});
    }
};

TEST_CASE("hitkey: the callback has the code and the state as it was") {
    const hitkey_caller hitkey;
    const fields query = query_of(hitkey.decide("hitkey.io", authorize));
    CHECK(query.size() == 2);
    CHECK(query.at("state") == "a&b c");
    CHECK(!query.at("code").empty());
}

TEST_CASE("hitkey: a refusal, a wrong response type and an unknown scope go back with the state") {
    const hitkey_caller hitkey;
    CHECK(hitkey.decide("hitkey.io", authorize, "deny") ==
          "https://app.example/callback?error=access_denied&state=a%26b%20c");
    CHECK(query_of(hitkey.decide("hitkey.io", authorize + "&scope=openid+admin")).at("error") == "invalid_scope");
    const std::string implicit =
        "/?client_id=sandbox-client&redirect_uri=https://app.example/callback&response_type=token&state=s";
    CHECK(query_of(hitkey.decide("hitkey.io", implicit)).at("error") == "unsupported_response_type");
}

TEST_CASE("hitkey: without state, or with a redirect URI that differs, there is a page and no redirect") {
    const hitkey_caller hitkey;
    for (const std::string target :
         {"/?client_id=sandbox-client&redirect_uri=https://app.example/callback&response_type=code",
          "/?client_id=sandbox-client&redirect_uri=https://app.example/callback/&response_type=code&state=s",
          "/?client_id=sandbox-client&redirect_uri=https://evil.example/&response_type=code&state=s",
          "/?client_id=sandbox-client&client_id=other&redirect_uri=https://app.example/callback&response_type=code"
          "&state=s"}) {
        CAPTURE(target);
        const response answered = hitkey.get("hitkey.io", target, {{"X-Sandbox-Decision", "allow"}});
        CHECK(answered.status == 400);
        CHECK(answered.header("Location") == nullptr);
        CHECK(*answered.header("Content-Type") == "text/html; charset=utf-8");
    }
}

TEST_CASE("hitkey: the exchange answers in the documented shape") {
    const hitkey_caller hitkey;
    const auto token = json_of(hitkey.exchange(hitkey.code()));
    CHECK(token.as_object().size() == 5);
    CHECK(text(token, "access_token") != text(token, "refresh_token"));
    CHECK(text(token, "token_type") == "Bearer");
    CHECK(token.at("expires_in").as_int64() == 3600);
    CHECK(text(token, "scope") == "openid profile email");
}

TEST_CASE("hitkey: a code serves once, and its replay takes back what it gave") {
    const hitkey_caller hitkey;
    const std::string code = hitkey.code();
    CHECK(hitkey.exchange(code, "https://app.example/other").status == 400);
    const auto token = json_of(hitkey.exchange(code));
    CHECK(hitkey.userinfo(text(token, "access_token")).status == 200);

    const response replayed = hitkey.exchange(code);
    CHECK(replayed.status == 400);
    CHECK(replayed.body == R"({"error":"Invalid or expired authorization code"})");
    CHECK(hitkey.userinfo(text(token, "access_token")).status == 401);
    CHECK(hitkey.refresh(text(token, "refresh_token")).status == 400);
}

TEST_CASE("hitkey: a code lives ten minutes") {
    const hitkey_caller hitkey;
    const std::string in_time = hitkey.code();
    hitkey.time->advance(599s);
    CHECK(hitkey.exchange(in_time).status == 200);
    const std::string late = hitkey.code();
    hitkey.time->advance(600s);
    CHECK(hitkey.exchange(late).status == 400);
}

TEST_CASE("hitkey: wrong credentials, grant types and fields each have their error") {
    const hitkey_caller hitkey;
    const response wrong = hitkey.token(R"("grant_type":"refresh_token","refresh_token":"x")", "wrong");
    CHECK(wrong.status == 401);
    CHECK(wrong.body == R"({"error":"Invalid client credentials"})");
    CHECK(hitkey.token(R"("grant_type":"password")").body == R"({"error":"Unsupported grant type"})");

    const response incomplete = hitkey.token(R"("grant_type":"authorization_code")");
    CHECK(incomplete.status == 422);
    const auto problem = json_of(incomplete).at("errors").at(0);
    CHECK(text(problem, "field") == "code");
    CHECK(text(problem, "rule") == "required");
    CHECK(text(problem, "message") == "code is missing");
}

TEST_CASE("hitkey: the claims follow the scope") {
    const hitkey_caller hitkey;
    const auto full = json_of(hitkey.userinfo(text(json_of(hitkey.exchange(hitkey.code())), "access_token")));
    CHECK(full.as_object().size() == 7);
    CHECK(text(full, "sub") == find_user("ann")->uuid);
    CHECK(text(full, "email") == "ann@example.com");
    CHECK(full.at("email_verified").as_bool());
    CHECK(text(full, "name") == "Ann Archer");
    CHECK(text(full, "given_name") == "Ann");
    CHECK(text(full, "family_name") == "Archer");
    CHECK(text(full, "display_name") == "Ann Archer");

    const std::string bare = text(json_of(hitkey.exchange(hitkey.code("openid"))), "access_token");
    CHECK(json_of(hitkey.userinfo(bare)).as_object().size() == 1);

    const std::string unverified = text(json_of(hitkey.exchange(hitkey.code("openid+email", "cyd"))), "access_token");
    CHECK(!json_of(hitkey.userinfo(unverified)).as_object().contains("email_verified"));
}

TEST_CASE("hitkey: an access token lives an hour, and a refresh brings a new one") {
    const hitkey_caller hitkey;
    const auto first = json_of(hitkey.exchange(hitkey.code()));
    hitkey.time->advance(3600s);
    const response expired = hitkey.userinfo(text(first, "access_token"));
    CHECK(expired.status == 401);
    CHECK(text(json_of(expired), "code") == "INVALID_TOKEN");

    const auto second = json_of(hitkey.refresh(text(first, "refresh_token")));
    CHECK(text(second, "access_token") != text(first, "access_token"));
    CHECK(text(second, "refresh_token") == text(first, "refresh_token"));
    CHECK(hitkey.userinfo(text(second, "access_token")).status == 200);
    CHECK(hitkey.refresh(text(first, "refresh_token")).status == 200);
}

TEST_CASE("hitkey: a refresh may leave the refresh token out") {
    const hitkey_caller hitkey;
    hitkey.called->set_behaviour({.token_lifetime = 5s, .omit_refresh_token = true});
    const auto first = json_of(hitkey.exchange(hitkey.code()));
    CHECK(first.at("expires_in").as_int64() == 5);
    CHECK(!json_of(hitkey.refresh(text(first, "refresh_token"))).as_object().contains("refresh_token"));
}

TEST_CASE("hitkey: a refresh token lives thirty days from each use, and ninety at most") {
    const hitkey_caller hitkey;
    const std::string unused = text(json_of(hitkey.exchange(hitkey.code())), "refresh_token");
    const std::string used = text(json_of(hitkey.exchange(hitkey.code())), "refresh_token");
    for (int month = 0; month < 3; ++month) {
        hitkey.time->advance(24h * 29);
        CHECK(hitkey.refresh(used).status == 200);
    }
    CHECK(hitkey.refresh(unused).status == 400);
    hitkey.time->advance(24h * 3);
    CHECK(hitkey.refresh(used).body == R"({"error":"Invalid or expired refresh token"})");
}

TEST_CASE("hitkey: a client is registered with the developer's token and can log in") {
    const hitkey_caller hitkey;
    const header_fields developer{{"Authorization", "Bearer sandbox-api-token"}};
    const std::string body = R"({"name":"My app","redirect_uri":"https://mine.example/cb"})";
    CHECK(hitkey.post_json("api.hitkey.io", "/oauth/clients", body).status == 401);

    const response created = hitkey.post_json("api.hitkey.io", "/oauth/clients", body, developer);
    CHECK(created.status == 201);
    const auto client = json_of(created);
    CHECK(client.as_object().size() == 4);
    CHECK(!text(client, "client_secret").empty());
    CHECK(text(client, "name") == "My app");
    CHECK(text(client, "redirect_uri") == "https://mine.example/cb");

    const response listed = hitkey.get("api.hitkey.io", "/oauth/clients", developer);
    CHECK(json_of(listed).as_array().size() == 2);
    CHECK(listed.body.find(text(client, "client_id")) != std::string::npos);
    CHECK(listed.body.find(text(client, "client_secret")) == std::string::npos);

    const std::string location = hitkey.decide("hitkey.io", "/?client_id=" + text(client, "client_id") +
                                                                "&redirect_uri=https://mine.example/cb"
                                                                "&response_type=code&state=s");
    CHECK(location.starts_with("https://mine.example/cb?code="));
}

TEST_CASE("hitkey: a registration that is not valid is a 422 for its field") {
    const hitkey_caller hitkey;
    const header_fields developer{{"Authorization", "Bearer sandbox-api-token"}};
    const response nameless =
        hitkey.post_json("api.hitkey.io", "/oauth/clients", R"({"redirect_uri":"https://mine.example/cb"})", developer);
    CHECK(nameless.status == 422);
    CHECK(text(json_of(nameless).at("errors").at(0), "field") == "name");
    const response relative =
        hitkey.post_json("api.hitkey.io", "/oauth/clients", R"({"name":"x","redirect_uri":"/cb"})", developer);
    CHECK(relative.status == 422);
    CHECK(text(json_of(relative).at("errors").at(0), "rule") == "url");
}

}  // namespace
}  // namespace coauth::sandbox
