#include "caller.hpp"

namespace coauth::sandbox {
namespace {

using namespace std::chrono_literals;

const std::string authorize =
    "/authorize?client_id=sandbox-client&display=page&redirect_uri=https://oauth.vk.com/blank.html"
    "&scope=video,groups,wall&response_type=token&v=5.131";

struct vk_caller : caller {
    vk_caller() : caller(make_vk) {}

    std::string token() const { return fragment_of(decide("oauth.vk.com", authorize)).at("access_token"); }

    response users_get(const std::string& access_token) const {
        return post_form("api.vk.com", "/method/users.get", "v=5.131&access_token=" + access_token);
    }
};

boost::json::value error_of(const response& answered) {
    CHECK(answered.status == 200);
    return json_of(answered).at("error");
}

TEST_CASE("vk: the token comes in the fragment") {
    const vk_caller vk;
    const std::string location = vk.decide("oauth.vk.com", authorize + "&state=s%20t", "allow", "bob");
    CHECK(location.starts_with("https://oauth.vk.com/blank.html#access_token=vk1.a."));
    const fields fragment = fragment_of(location);
    CHECK(fragment.size() == 4);
    CHECK(fragment.at("expires_in") == "86400");
    CHECK(fragment.at("user_id") == "100002");
    CHECK(fragment.at("state") == "s t");
    CHECK(!fragment_of(vk.decide("oauth.vk.com", authorize)).contains("state"));
}

TEST_CASE("vk: a refusal comes in the fragment too") {
    const vk_caller vk;
    const fields fragment = fragment_of(vk.decide("oauth.vk.com", authorize + "&state=s", "deny"));
    CHECK(fragment.at("error") == "access_denied");
    CHECK(fragment.at("error_description") == "User denied your request");
    CHECK(fragment.at("state") == "s");
}

TEST_CASE("vk: a redirect URI is VK's own blank page or a registered one") {
    const vk_caller vk;
    const std::string rest = "&response_type=token";
    CHECK(vk.decide("oauth.vk.com",
                    "/authorize?client_id=sandbox-client&redirect_uri=https://app.example/callback" + rest)
              .starts_with("https://app.example/callback#access_token="));
    CHECK(vk.get("oauth.vk.com", "/authorize?client_id=sandbox-client&redirect_uri=https://evil.example/" + rest)
              .status == 400);
    CHECK(vk.get("oauth.vk.com", "/blank.html").status == 200);
}

TEST_CASE("vk: users.get tells who the token belongs to") {
    const vk_caller vk;
    const response answered = vk.users_get(vk.token());
    CHECK(answered.status == 200);
    CHECK(answered.body == R"({"response":[{"id":100001,"first_name":"Ann","last_name":"Archer"}]})");
}

TEST_CASE("vk: errors come in a 200") {
    const vk_caller vk;
    const auto unknown = error_of(vk.users_get("vk1.a.unknown"));
    CHECK(unknown.at("error_code").as_int64() == 5);
    CHECK(text(unknown, "error_msg") == "User authorization failed: invalid access_token (4).");
    CHECK(text(error_of(vk.users_get("")), "error_msg") == "User authorization failed: no access_token passed.");

    const auto versionless = error_of(vk.post_form("api.vk.com", "/method/users.get", "access_token=" + vk.token()));
    CHECK(versionless.at("error_code").as_int64() == 8);

    const auto method = error_of(vk.post_form("api.vk.com", "/method/users.delete", "v=5.131"));
    CHECK(method.at("error_code").as_int64() == 3);

    const auto json = error_of(vk.post_json("api.vk.com", "/method/users.get", "{}"));
    CHECK(json.at("error_code").as_int64() == 100);
}

TEST_CASE("vk: a token lives a day") {
    const vk_caller vk;
    const std::string token = vk.token();
    vk.time->advance(86399s);
    CHECK(json_of(vk.users_get(token)).as_object().contains("response"));
    vk.time->advance(1s);
    CHECK(text(error_of(vk.users_get(token)), "error_msg") == "User authorization failed: access_token has expired.");
}

TEST_CASE("vk: a token serves the address alone that the consent came from") {
    vk_caller vk;
    const std::string token = vk.token();
    vk.peer_address = "198.51.100.8";
    const auto error = error_of(vk.users_get(token));
    CHECK(error.at("error_code").as_int64() == 5);
    CHECK(text(error, "error_msg") == "User authorization failed: access_token was given to another ip address.");

    vk.called->set_behaviour({.token_address = "198.51.100.9"});
    const std::string elsewhere = vk.token();
    CHECK(json_of(vk.users_get(elsewhere)).as_object().contains("error"));
    vk.peer_address = "198.51.100.9";
    CHECK(json_of(vk.users_get(elsewhere)).as_object().contains("response"));
}

}  // namespace
}  // namespace coauth::sandbox
