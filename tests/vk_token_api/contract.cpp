#include "examples/vk_token_api/credential_record.hpp"
#include "world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

// The samples of the API's document, one by one, in its order: the request goes over a socket, and the whole answer is
// compared. In the document, ids are 42 and 123456, and times lie around 10 January 2026.
namespace vk_token_api::test {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

const std::string submit_path = "/api/v1/oauth/vk/token/submit";
const std::string status_path = "/api/v1/oauth/vk/token/status";
const std::string sample_token = "vk1.a.ABC123...";

const std::string sample_body = R"json({
  "token_data": "https://oauth.vk.com/blank.html#access_token=vk1.a.ABC123...&expires_in=86400&user_id=123456",
  "account_name": "my_vk"
})json";

/// A world whose next credential is number 42, as in the document, and whose VK knows the document's token.
struct documented_world {
    documented_world() {
        prepared.vk.knows("vk1.a.before", 41);
        prepared.vk.knows(sample_token, 123456);
    }

    static std::shared_ptr<coauth::token_store> with_41_credentials() {
        auto store = std::make_shared<coauth::memory_store>();
        credential last;
        last.id = 41;
        last.owner = "somebody else";
        last.account_name = "default";
        boost::asio::io_context context{1};
        const coauth::token kept{coauth::secret{"vk1.a.before"}};
        boost::asio::co_spawn(context, store->commit(key_of(last.owner, last.account_name), record_of(last, kept), 0),
                              boost::asio::detached);
        context.run();
        return store;
    }

    world prepared{with_41_credentials()};
};

/// The same members in the same order, of the same types and values.
void check_is(const answer& got, unsigned status, const char* documented) {
    CHECK(got.status == status);
    CHECK(got.header("Content-Type") == "application/json");
    CHECK(json::serialize(got.json()) == json::serialize(json::parse(documented)));
}

TEST_CASE("document: submit, full URL and token alone") {
    documented_world documented;
    world& at = documented.prepared;
    const char* const receipt = R"json({
      "success": true,
      "credential_id": 42,
      "user_id": 123456,
      "expiry": "2026-01-11T15:30:00Z",
      "message": "VK token saved successfully (expires in 24h)"
})json";
    check_is(at.post(submit_path, sample_body), 200, receipt);
    CHECK(at.vk.asked.back() == "access_token=vk1.a.ABC123...&v=5.131");
    check_is(at.post(submit_path, R"json({
      "token_data": "vk1.a.ABC123...",
      "account_name": "my_vk"
    })json"),
             200, receipt);
}

TEST_CASE("document: submit, IP mismatch") {
    documented_world documented;
    world& at = documented.prepared;
    at.vk.refuses(sample_token, 5, "User authorization failed: access_token was given to another ip address.");
    check_is(at.post(submit_path, sample_body), 400, R"json({
      "detail": {
        "error": "IP address mismatch",
        "message": "Token is bound to a different IP address",
        "solution": "Please obtain a new token from your current IP address",
        "error_type": "ip_mismatch"
      }
    })json");
}

TEST_CASE("document: submit, invalid token") {
    documented_world documented;
    world& at = documented.prepared;
    at.vk.refuses(sample_token, 5, "User authorization failed: invalid access_token (4).");
    check_is(at.post(submit_path, sample_body), 400, R"json({
      "detail": {
        "error": "VK API error",
        "message": "Token validation failed due to VK API error",
        "solution": "Check token permissions and try again",
        "error_type": "api_error"
      }
    })json");
}

TEST_CASE("document: common errors, token expired") {
    documented_world documented;
    world& at = documented.prepared;
    at.vk.refuses(sample_token, 5, "User authorization failed: access_token has expired.");
    check_is(at.post(submit_path, sample_body), 400, R"json({
      "detail": {
        "error": "Token expired",
        "message": "Token has expired: a VK token lives for about 24 hours",
        "solution": "Please obtain a new token through /api/v1/oauth/vk/authorize/implicit and submit it",
        "error_type": "api_error"
      }
    })json");
}

TEST_CASE("document: status, valid, expiring soon, expired") {
    documented_world documented;
    world& at = documented.prepared;
    REQUIRE(at.post(submit_path, sample_body).status == 200);
    at.clock->advance(5h + 15min);
    check_is(at.get(status_path), 200, R"json({
      "has_token": true,
      "is_valid": true,
      "expiry": "2026-01-11T15:30:00Z",
      "time_until_expiry": "18h 45m",
      "needs_refresh": false,
      "credential_id": 42
    })json");
    at.clock->advance(17h + 15min);
    check_is(at.get(status_path), 200, R"json({
      "has_token": true,
      "is_valid": true,
      "expiry": "2026-01-11T15:30:00Z",
      "time_until_expiry": "1h 30m",
      "needs_refresh": true,
      "credential_id": 42
    })json");
    at.clock->advance(2h);
    check_is(at.get(status_path), 200, R"json({
      "has_token": true,
      "is_valid": false,
      "expiry": "2026-01-11T15:30:00Z",
      "time_until_expiry": "expired",
      "needs_refresh": true,
      "credential_id": 42
    })json");
}

TEST_CASE("document: status, no token") {
    documented_world documented;
    check_is(documented.prepared.get(status_path), 200, R"json({
      "has_token": false,
      "is_valid": null,
      "expiry": null,
      "time_until_expiry": null,
      "needs_refresh": true,
      "credential_id": null
    })json");
}

TEST_CASE("document: step 1, the authorization URL") {
    documented_world documented;
    const answer got = documented.prepared.get("/api/v1/oauth/vk/authorize/implicit");
    json::value documented_answer = json::parse(R"json({
      "method": "implicit_flow",
      "app_id": "54249533",
      "authorization_url": "https://oauth.vk.com/authorize?client_id=54249533&...",
      "instructions": [
        "1. Open authorization_url in browser",
        "2. Allow app permissions (video, groups, wall)",
        "3. Copy access_token from redirected URL",
        "4. POST to /api/v1/vk/token/submit"
      ]
})json");
    const std::string url(got.json().at("authorization_url").as_string());
    CHECK(url.starts_with("https://oauth.vk.com/authorize?client_id=54249533&"));
    for (const char* part :
         {"&display=page", "&scope=video,groups,wall", "&response_type=token", "&v=5.131", "&state=", "blank.html"}) {
        CHECK(url.find(part) != url.npos);
    }
    documented_answer.as_object()["authorization_url"] = url;
    CHECK(got.status == 200);
    CHECK(json::serialize(got.json()) == json::serialize(documented_answer));
}

TEST_CASE("document: its shorter paths lead to the same") {
    documented_world documented;
    world& at = documented.prepared;
    CHECK(at.post("/api/v1/vk/token/submit", sample_body).status == 200);
    CHECK(at.get("/api/v1/vk/token/status").json() == at.status());
    CHECK(at.status().at("credential_id") == 42);
}

TEST_CASE("document: an expired token is renewed under the same account name") {
    documented_world documented;
    world& at = documented.prepared;
    REQUIRE(at.post(submit_path, sample_body).status == 200);
    at.clock->advance(25h);
    CHECK(at.status().at("needs_refresh") == true);
    at.vk.knows("vk1.a.NEW", 123456);
    check_is(at.post(submit_path, R"json({"token_data":"vk1.a.NEW","account_name":"my_vk"})json"), 200, R"json({
      "success": true,
      "credential_id": 42,
      "user_id": 123456,
      "expiry": "2026-01-12T16:30:00Z",
      "message": "VK token saved successfully (expires in 24h)"
})json");
    CHECK(at.status().at("is_valid") == true);
}

}  // namespace
}  // namespace vk_token_api::test
