#include "world.hpp"

#include <coauth/core/encoding.hpp>

#include <doctest/doctest.h>

#include <algorithm>

namespace vk_token_api::test {
namespace {

using namespace std::chrono_literals;

const std::string submit_path = "/api/v1/oauth/vk/token/submit";
const std::string status_path = "/api/v1/oauth/vk/token/status";

std::string text(const answer& got, const char* member) {
    return std::string(got.json().at("detail").at(member).as_string());
}

TEST_CASE("requests: without a good token nobody gets in") {
    world at;
    const std::string ended(mint_jwt(test_rules(), {"ann", at.clock->now()}).reveal());
    const std::string good = at.jwt();
    const std::string forged = good.substr(0, good.rfind('.') + 1) + std::string(43, 'A');
    for (const auto& [method, path] : {std::pair{"GET", std::string{"/api/v1/oauth/vk/authorize/implicit"}},
                                       std::pair{"GET", status_path}, std::pair{"POST", submit_path}}) {
        for (const std::string& header : {std::string{"X-Nothing: 1"}, std::string{"Authorization: Basic YW5uOmFubg=="},
                                          "Authorization: Bearer " + ended, "Authorization: Bearer " + forged}) {
            const answer got = at.ask({method, path, {header}, *method == 'P' ? R"({"token_data":"vk1.a.x"})" : ""});
            CHECK(got.status == 401);
            CHECK(got.header("WWW-Authenticate") == "Bearer");
            CHECK(text(got, "error") == "Not authenticated");
        }
    }
    CHECK(at.vk.asked.empty());
}

TEST_CASE("requests: nobody sees another's credentials, nor changes them") {
    world at;
    at.vk.knows("vk1.a.ann", 1);
    at.vk.knows("vk1.a.bob", 2);
    CHECK(at.post(submit_path, R"({"token_data":"vk1.a.ann","account_name":"my_vk"})", "ann")
              .json()
              .at("credential_id") == 1);
    CHECK(at.status("bob").at("has_token") == false);
    CHECK(at.post(submit_path, R"({"token_data":"vk1.a.bob","account_name":"my_vk"})", "bob")
              .json()
              .at("credential_id") == 2);
    CHECK(at.status("ann").at("credential_id") == 1);
    CHECK(at.status("bob").at("credential_id") == 2);
    // Names that would meet if they were only put together.
    CHECK(at.status("ann/my_vk").at("has_token") == false);
    CHECK(at.get(status_path + "?account_name=ann%2Fmy_vk", "").status == 401);
}

TEST_CASE("requests: an account's name updates its credential, another name is another") {
    world at;
    at.vk.knows("vk1.a.one", 1);
    at.vk.knows("vk1.a.two", 1);
    const auto id_of = [&](const std::string& body) {
        return at.post(submit_path, body).json().at("credential_id").as_int64();
    };
    CHECK(id_of(R"({"token_data":"vk1.a.one","account_name":"my_vk"})") == 1);
    CHECK(id_of(R"({"token_data":"vk1.a.two","account_name":" my_vk "})") == 1);
    CHECK(id_of(R"({"token_data":"vk1.a.one"})") == 2);
    CHECK(id_of(R"({"token_data":"vk1.a.one","account_name":null})") == 2);
    CHECK(id_of(R"({"token_data":"vk1.a.two","account_name":""})") == 2);
    at.clock->advance(1s);
    CHECK(id_of(R"({"token_data":"vk1.a.one","account_name":"my_vk"})") == 1);
    CHECK(at.status().at("credential_id") == 1);  // the one that was submitted last
    CHECK(at.get(status_path + "?account_name=default").json().at("credential_id") == 2);
    CHECK(at.get(status_path + "?account_name=my_vk").json().at("credential_id") == 1);
    CHECK(at.get(status_path + "?account_name=other").json().at("has_token") == false);
}

TEST_CASE("requests: a body that is not as it should be") {
    world at;
    const auto message = [&](const std::string& body) {
        const answer got = at.post(submit_path, body);
        CHECK(got.status == 400);
        CHECK(text(got, "error_type") == "api_error");
        return text(got, "message");
    };
    CHECK(message("") == "The body is not a JSON object");
    CHECK(message("[]") == "The body is not a JSON object");
    CHECK(message(R"({"token_data":)") == "The body is not a JSON object");
    CHECK(message("{}") == "token_data is missing, or is not a string");
    CHECK(message(R"({"token_data":7})") == "token_data is missing, or is not a string");
    CHECK(message(R"({"token_data":"vk1.a.x","account_name":7})") == "account_name is not a string");
    CHECK(message(R"({"token_data":"vk1.a.x","account_name":")" + std::string(101, 'a') + "\"}") ==
          "account_name is longer than 100 bytes, or holds control characters");
    CHECK(message(R"({"token_data":"vk1.a.x","account_name":"a\nb"})") ==
          "account_name is longer than 100 bytes, or holds control characters");
    CHECK(message(R"({"token_data":"https://vk.com/feed"})") ==
          "The address in token_data has no access_token: it is another page's, or it was cut");
    CHECK(at.vk.asked.empty());
    CHECK(at.post(submit_path, std::string(17 * 1024, ' ')).status == 413);
}

TEST_CASE("requests: the address's user has to be the token's") {
    world at;
    at.vk.knows("vk1.a.one", 1);
    const answer got = at.post(submit_path, R"({"token_data":"#access_token=vk1.a.one&expires_in=86400&user_id=2"})");
    CHECK(got.status == 400);
    CHECK(text(got, "error") == "User mismatch");
    CHECK(at.status().at("has_token") == false);
}

TEST_CASE("requests: while VK cannot say, nothing is saved and the token may be submitted again") {
    world at;
    at.vk.knows("vk1.a.one", 1);
    const std::string body = R"({"token_data":"vk1.a.one"})";
    at.vk.is_away();
    const answer gone = at.post(submit_path, body);
    CHECK(gone.status == 503);
    CHECK(gone.header("Retry-After") == "60");
    CHECK(text(gone, "error") == "VK API unavailable");
    at.vk.is_away(false);
    at.vk.refuses("vk1.a.one", 6, "Too many requests per second");
    CHECK(at.post(submit_path, body).status == 503);
    CHECK(at.status().at("has_token") == false);
    at.vk.knows("vk1.a.one", 1);
    CHECK(at.post(submit_path, body).status == 200);
}

TEST_CASE("requests: any other refusal of VK's is an API error") {
    world at;
    at.vk.refuses("vk1.a.one", 15, "Access denied");
    CHECK(text(at.post(submit_path, R"({"token_data":"vk1.a.one"})"), "error") == "VK API error");
    at.vk.refuses("vk1.a.one", 17, "Validation required");
    CHECK(text(at.post(submit_path, R"({"token_data":"vk1.a.one"})"), "error") == "VK API error");
}

TEST_CASE("requests: a token that is submitted again is no younger") {
    world at;
    at.vk.knows("vk1.a.one", 1);
    REQUIRE(at.post(submit_path, R"({"token_data":"vk1.a.one"})").status == 200);
    at.clock->advance(3h);
    const auto again = at.post(submit_path, R"({"token_data":"vk1.a.one"})").json();
    CHECK(again.at("expiry") == "2026-01-11T15:30:00Z");
    CHECK(again.at("message") == "VK token saved successfully (expires in 21h)");
    // What the address states counts from when the token first came.
    const auto stated = at.post(submit_path, R"({"token_data":"#access_token=vk1.a.one&expires_in=18000"})").json();
    CHECK(stated.at("expiry") == "2026-01-10T20:30:00Z");
    const auto endless = at.post(submit_path, R"({"token_data":"#access_token=vk1.a.one&expires_in=0"})").json();
    CHECK(endless.at("expiry").is_null());
}

TEST_CASE("requests: other paths and methods") {
    world at;
    CHECK(at.get("/api/v1/oauth/vk/token").status == 404);
    const answer got = at.ask({"DELETE", status_path});
    CHECK(got.status == 405);
    CHECK(got.header("Allow") == "GET");
    CHECK(at.ask({"GET", submit_path}).header("Allow") == "POST");
    CHECK(at.ask({"GET", "/healthz"}).body == "ok\n");
    CHECK(at.ask({"HEAD", "/healthz"}).status == 200);
}

TEST_CASE("requests: no token is in the log, nor in an answer") {
    world at;
    at.vk.knows("vk1.a.SECRET", 1);
    at.vk.refuses("vk1.a.REFUSED", 5, "User authorization failed: vk1.a.REFUSED is unknown.");
    const std::string jwt = at.jwt();
    std::string answers;
    for (const char* token : {"vk1.a.SECRET", "vk1.a.REFUSED"}) {
        answers += at.post(submit_path, R"({"token_data":")" + std::string(token) + "\"}").body;
    }
    answers += at.get(status_path).body;
    answers += at.ask({"GET", "/" + jwt + "?access_token=vk1.a.SECRET"}).body;
    std::string lines;
    for (const std::string& each : at.log) {
        lines += each + "\n";
    }
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 6);  // that it listens, four requests, one refusal
    for (const std::string& secret_text : {std::string{"SECRET"}, std::string{"vk1.a.REFUSED"}, jwt}) {
        CHECK(lines.find(secret_text) == lines.npos);
        CHECK(answers.find(secret_text) == answers.npos);
    }
}

}  // namespace
}  // namespace vk_token_api::test
