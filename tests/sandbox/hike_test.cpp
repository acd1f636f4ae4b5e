#include "caller.hpp"

namespace coauth::sandbox {
namespace {

using namespace std::chrono_literals;

const std::string authorize =
    "/oauth/authorize?response_type=code&client_id=sandbox-client&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback"
    "&scope=all";
const std::string credentials = "client_id=sandbox-client&client_secret=sandbox-secret";

struct hike_caller : caller {
    hike_caller() : caller(make_hike) {}

    std::string code() const { return query_of(decide("api.hikeup.com", authorize + "&state=xyz")).at("code"); }

    response token(const std::string& body) const { return post_form("api.hikeup.com", "/oauth/token", body); }

    response exchange(const std::string& code) const {
        return token(credentials +
                     "&grant_type=authorization_code&redirect_uri=https://app.example/callback&code=" + code);
    }

    response refresh(const std::string& refresh_token) const {
        return token(credentials + "&grant_type=refresh_token&refresh_token=" + refresh_token);
    }
};

std::string error_of(const response& answered) {
    CHECK(answered.status == 400);
    return text(json_of(answered), "error");
}

TEST_CASE("hike: the state comes back if one was sent, but not with a refusal") {
    const hike_caller hike;
    const fields with_state = query_of(hike.decide("api.hikeup.com", authorize + "&state=x%2By"));
    CHECK(with_state.size() == 2);
    CHECK(with_state.at("state") == "x+y");
    CHECK(query_of(hike.decide("api.hikeup.com", authorize)).size() == 1);
    CHECK(hike.decide("api.hikeup.com", authorize + "&state=xyz", "deny") ==
          "https://app.example/callback?error=access_denied");
}

TEST_CASE("hike: the only scope is all, and it is required") {
    const hike_caller hike;
    const std::string no_scope =
        "/oauth/authorize?response_type=code&client_id=sandbox-client&redirect_uri=https://app.example/callback";
    CHECK(hike.get("api.hikeup.com", no_scope).status == 400);
    CHECK(query_of(hike.decide("api.hikeup.com", no_scope + "&scope=sales")).at("error") == "invalid_scope");
}

TEST_CASE("hike: the exchange answers in the documented shape, both expiries agreeing") {
    const hike_caller hike;
    const auto token = json_of(hike.exchange(hike.code()));
    CHECK(token.as_object().size() == 5);
    CHECK(!text(token, "access_token").empty());
    CHECK(text(token, "token_type") == "Bearer");
    CHECK(token.at("expires_in").as_int64() == 604800);
    CHECK(token.at("expires").as_int64() == 1'790'000'000 + 604800);
    CHECK(!text(token, "refresh_token").empty());
}

TEST_CASE("hike: a code serves once within ten minutes, and its replay ends the tokens it gave") {
    const hike_caller hike;
    const std::string code = hike.code();
    const std::string refresh_token = text(json_of(hike.exchange(code)), "refresh_token");
    CHECK(error_of(hike.exchange(code)) == "invalid_grant");
    CHECK(error_of(hike.refresh(refresh_token)) == "invalid_grant");

    const std::string late = hike.code();
    hike.time->advance(10min);
    CHECK(error_of(hike.exchange(late)) == "invalid_grant");
}

TEST_CASE("hike: the redirect URI of the exchange must be the one of the authorization") {
    const hike_caller hike;
    CHECK(error_of(hike.token(credentials + "&grant_type=authorization_code&redirect_uri=https://app.example/&code=" +
                              hike.code())) == "invalid_grant");
}

TEST_CASE("hike: a refresh rotates both tokens") {
    const hike_caller hike;
    const auto first = json_of(hike.exchange(hike.code()));
    const auto second = json_of(hike.refresh(text(first, "refresh_token")));
    CHECK(second.as_object().size() == 5);
    CHECK(text(second, "access_token") != text(first, "access_token"));
    CHECK(text(second, "refresh_token") != text(first, "refresh_token"));
    CHECK(hike.refresh(text(second, "refresh_token")).status == 200);
}

TEST_CASE("hike: a refresh token that is used again ends its whole family and no other") {
    const hike_caller hike;
    const std::string first = text(json_of(hike.exchange(hike.code())), "refresh_token");
    const std::string other = text(json_of(hike.exchange(hike.code())), "refresh_token");
    const std::string second = text(json_of(hike.refresh(first)), "refresh_token");

    CHECK(error_of(hike.refresh(first)) == "invalid_grant");
    CHECK(error_of(hike.refresh(second)) == "invalid_grant");
    CHECK(hike.refresh(other).status == 200);
}

TEST_CASE("hike: errors are the standard's") {
    const hike_caller hike;
    CHECK(error_of(hike.token("client_id=sandbox-client&client_secret=wrong&grant_type=refresh_token")) ==
          "invalid_client");
    CHECK(error_of(hike.token(credentials + "&grant_type=password")) == "unsupported_grant_type");
    CHECK(error_of(hike.token(credentials)) == "invalid_request");
    CHECK(error_of(hike.token(credentials + "&grant_type=a&grant_type=b")) == "invalid_request");
    CHECK(error_of(hike.refresh("unknown")) == "invalid_grant");
}

TEST_CASE("hike: JSON is refused with a text that says what is expected") {
    const hike_caller hike;
    const response answered = hike.post_json("api.hikeup.com", "/oauth/token", "{}");
    CHECK(answered.status == 415);
    CHECK(text(json_of(answered), "error_description") ==
          "The body must be application/x-www-form-urlencoded, not application/json: set Content-Type");
}

}  // namespace
}  // namespace coauth::sandbox
