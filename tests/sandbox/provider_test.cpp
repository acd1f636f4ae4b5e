#include "caller.hpp"

#include <stdexcept>

namespace coauth::sandbox {
namespace {

using namespace std::chrono_literals;

TEST_CASE("an unknown path is a 404 and a wrong method a 405 that names the right ones") {
    const caller hikka{make_hikka};
    CHECK(hikka.get("api.hikka.io", "/nothing").status == 404);
    CHECK(hikka.get("hikka.io", "/user/me").status == 404);
    CHECK(hikka.get("api.hikka.io", "/user/me/").status == 404);
    CHECK(hikka.get("api.hikka.io", "not a target").status == 400);
    const response wrong = hikka.get("api.hikka.io", "/auth/token");
    CHECK(wrong.status == 405);
    CHECK(*wrong.header("Allow") == "POST");

    const caller hitkey{make_hitkey};
    CHECK(*hitkey.send("PUT", "api.hitkey.io", "/oauth/clients").header("Allow") == "POST, GET");
    const caller vk{make_vk};
    CHECK(vk.get("api.vk.com", "/method/users.get").status == 405);
}

TEST_CASE("a body that is not the documented JSON is refused") {
    const caller hikka{make_hikka};
    for (const std::string body : {"", "[]", "{\"request_reference\":1,\"client_secret\":\"x\"}", "{", "\"text\""}) {
        CAPTURE(body);
        const response answered = hikka.post_json("api.hikka.io", "/auth/token", body);
        CHECK(answered.status == 400);
        CHECK(text(json_of(answered), "code") == "system:validation_error");
    }
    const response untyped = hikka.send("POST", "api.hikka.io", "/auth/token", {}, "{}");
    CHECK(untyped.status == 415);
    const response typed =
        hikka.send("POST", "api.hikka.io", "/auth/token", {{"content-type", "Application/JSON; charset=utf-8"}}, "{}");
    CHECK(text(json_of(typed), "message") == "request_reference is missing");
}

TEST_CASE("calls are counted by endpoint") {
    const caller hitbox{make_hitbox};
    CHECK(hitbox.called->calls("GET /api/userfromtoken/:token") == 0);
    CHECK(hitbox.get("www.hitbox.tv", "/api/userfromtoken/a").status == 200);
    CHECK(hitbox.get("www.hitbox.tv", "/api/userfromtoken/b").status == 200);
    CHECK(hitbox.called->calls("GET /api/userfromtoken/:token") == 2);
    CHECK(hitbox.called->calls("GET /api/oauthaccess/:user") == 0);
    CHECK_THROWS_AS((void)hitbox.called->calls("GET /nothing"), std::invalid_argument);
}

TEST_CASE("a fault stands in for an endpoint as often as it was told") {
    const caller vk{make_vk};
    vk.called->set_fault("POST /method/users.get", {.body = "busy", .retry_after = 7s, .times = 2});
    for (int call = 0; call < 2; ++call) {
        const response answered = vk.post_form("api.vk.com", "/method/users.get", "v=5.131");
        CHECK(answered.status == 503);
        CHECK(answered.body == "busy");
        CHECK(*answered.header("Retry-After") == "7");
        CHECK(*answered.header("Content-Type") == "text/plain");
    }
    CHECK(vk.post_form("api.vk.com", "/method/users.get", "v=5.131").status == 200);
    CHECK(vk.called->calls("POST /method/users.get") == 3);
    CHECK_THROWS_AS(vk.called->set_fault("POST /method/users.put", {}), std::invalid_argument);
}

TEST_CASE("a connection that is dropped has had its request handled") {
    const caller hikka{make_hikka};
    const std::string location = hikka.decide("hikka.io", "/oauth?reference=sandbox-client");
    request exchange;
    exchange.method = "POST";
    exchange.host = "api.hikka.io";
    exchange.target = "/auth/token";
    exchange.headers = {{"Content-Type", "application/json"}};
    exchange.body =
        R"({"client_secret":"sandbox-secret","request_reference":")" + query_of(location).at("reference") + "\"}";
    hikka.called->set_fault("POST /auth/token", {.drop_connection = true});

    CHECK(hikka.called->handle(exchange).drop_connection);
    const answer again = hikka.called->handle(exchange);
    CHECK(!again.drop_connection);
    CHECK(again.message.status == 400);
}

TEST_CASE("latency is asked of whoever delivers the answer") {
    const caller hike{make_hike};
    hike.called->set_behaviour({.latency = 250ms});
    CHECK(hike.called->handle({.method = "GET", .host = "api.hikeup.com", .target = "/"}).latency == 250ms);
}

TEST_CASE("an application may have several redirect URIs, each compared as a whole") {
    const caller hike{make_hike};
    application second;
    second.client_id = "second";
    second.redirect_uris = {"https://a.example/cb?kind=1", "http://127.0.0.1:7777/cb"};
    hike.called->register_application(second);
    const std::string target = "/oauth/authorize?response_type=code&client_id=second&scope=all&redirect_uri=";
    CHECK(hike.decide("api.hikeup.com", target + "https%3A%2F%2Fa.example%2Fcb%3Fkind%3D1")
              .starts_with("https://a.example/cb?kind=1&code="));
    CHECK(hike.decide("api.hikeup.com", target + "http://127.0.0.1:7777/cb").starts_with("http://127.0.0.1:7777/cb?"));
    for (const std::string other : {"https://a.example/cb", "HTTPS://a.example/cb?kind=1", "http://127.0.0.1:7778/cb"})
        CHECK(hike.get("api.hikeup.com", target + percent_encode(other), {{"X-Sandbox-Decision", "allow"}}).status ==
              400);
}

TEST_CASE("the crowd has accounts of its own, the same each time, within its bounds") {
    const user* first = find_user("player-1");
    REQUIRE(first != nullptr);
    CHECK(first == find_user("player-1"));
    CHECK(first->email == "player-1@example.com");
    CHECK(first->uuid == "6f1c2f0e-8a5d-4d0b-9a54-000000000001");
    CHECK(first->number == 200'001);
    const user* last = find_user("player-1000000");
    REQUIRE(last != nullptr);
    CHECK(last->uuid == "6f1c2f0e-8a5d-4d0b-9a54-000001000000");
    for (const char* nobody : {"player-0", "player-1000001", "player-01", "player-", "player-1x", "player--1", "dan"}) {
        CAPTURE(nobody);
        CHECK(find_user(nobody) == nullptr);
    }
}

TEST_CASE("the hosts are those of the documents") {
    CHECK(make_hikka(system_clock())->hosts() == std::vector<std::string>{"api.hikka.io", "hikka.io"});
    CHECK(make_hitkey(system_clock())->hosts() == std::vector<std::string>{"api.hitkey.io", "hitkey.io"});
    CHECK(make_hike(system_clock())->hosts() == std::vector<std::string>{"api.hikeup.com"});
    CHECK(make_vk(system_clock())->hosts() == std::vector<std::string>{"api.vk.com", "oauth.vk.com"});
    CHECK(make_hitbox(system_clock())->hosts() == std::vector<std::string>{"api.hitbox.tv", "www.hitbox.tv"});
}

}  // namespace
}  // namespace coauth::sandbox
