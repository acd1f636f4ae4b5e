#include "tests/end_to_end/world.hpp"

#include <doctest/doctest.h>

using coauth::errc;
using coauth::failure;
using coauth::test::world;
using namespace std::chrono_literals;

namespace {

errc refusal_of(const coauth::client& client, const coauth::authorization& login, const std::string& callback) {
    try {
        (void)client.read_callback(login, callback);
    } catch (const coauth::error& refused) {
        return refused.reason();
    }
    return {};
}

}  // namespace

TEST_CASE("a user who says no is told apart from everything else, at every provider") {
    for (const char* provider : {"hike", "hitkey", "vk"}) {
        CAPTURE(provider);
        world all;
        const coauth::client client = all.client(provider);
        const coauth::authorization login = client.authorize();
        CHECK(refusal_of(client, login, all.browse(login.url, "deny")) == errc::access_denied);
    }
    world all;
    const coauth::client hitbox = all.client("hitbox");
    const coauth::authorization login = hitbox.authorize();
    const errc denied = refusal_of(hitbox, login, all.browse(login.url, "deny"));
    CHECK(coauth::class_of(denied) == coauth::failure_class::refused);
}

TEST_CASE("the callback of another login is refused") {
    world all;
    const coauth::client hitkey = all.client("hitkey");
    const coauth::authorization mine = hitkey.authorize();
    const coauth::authorization other = hitkey.authorize();
    CHECK(refusal_of(hitkey, mine, all.browse(other.url)) == errc::callback_state_mismatch);
}

TEST_CASE("a code serves once") {
    for (const char* provider : {"hike", "hitkey", "hikka", "hitbox"}) {
        CAPTURE(provider);
        world all;
        const coauth::client client = all.client(provider);
        const coauth::authorization login = client.authorize();
        const coauth::grant grant = client.read_callback(login, all.browse(login.url));
        CHECK_FALSE(all.run(client.exchange(grant)).access_token.empty());
        const failure again = all.failure_of(client.exchange(grant));
        CHECK(coauth::class_of(again.code) == coauth::failure_class::refused);
        CHECK_FALSE(coauth::is_retryable(again));
    }
}

TEST_CASE("a code that is too old is an invalid grant") {
    for (const char* provider : {"hike", "hitkey"}) {
        CAPTURE(provider);
        world all;
        const coauth::client client = all.client(provider);
        const coauth::authorization login = client.authorize();
        const coauth::grant grant = client.read_callback(login, all.browse(login.url));
        all.clock->advance(10min + 1s);
        CHECK(all.failure_of(client.exchange(grant)).code == errc::invalid_grant);
    }
}

TEST_CASE("a wrong client secret is refused") {
    for (const char* provider : {"hike", "hitkey", "hikka", "hitbox"}) {
        CAPTURE(provider);
        world all;
        const coauth::authorization login = all.client(provider).authorize();
        const std::string callback = all.browse(login.url);
        const coauth::client wrong = all.client(provider, "not-the-secret");
        const failure what = all.failure_of(wrong.exchange(wrong.read_callback(login, callback)));
        CHECK(coauth::class_of(what.code) == coauth::failure_class::refused);
        CHECK(what.message().find("not-the-secret") == std::string::npos);
    }
}

TEST_CASE("an answer that is lost after the code was read is not asked for again") {
    world all;
    const coauth::client hitkey = all.client("hitkey");
    all.log_in(hitkey);  // so that the connection has served before
    const coauth::authorization login = hitkey.authorize();
    const coauth::grant grant = hitkey.read_callback(login, all.browse(login.url));
    const std::uint64_t before = all.server.calls("hitkey", "POST /oauth/token");
    all.server.set_fault("hitkey", "POST /oauth/token", {.drop_connection = true});
    const failure what = all.failure_of(hitkey.exchange(grant));
    CHECK(coauth::class_of(what.code) == coauth::failure_class::network);
    CHECK(what.request_sent);
    CHECK_FALSE(coauth::is_retryable(what));
    CHECK(all.server.calls("hitkey", "POST /oauth/token") == before + 1);
}

TEST_CASE("a provider that is overloaded says when to come back") {
    world all;
    const coauth::client hitkey = all.client("hitkey");
    const coauth::token token = all.log_in(hitkey);
    all.server.set_fault("hitkey", "GET /oauth/userinfo", {.status = 503, .body = "later", .retry_after = 30s});
    const failure what = all.failure_of(hitkey.userinfo(token));
    CHECK(what.http_status == 503);
    CHECK(what.retry_after == 30s);
    CHECK(coauth::is_retryable(what));
    CHECK(all.run(hitkey.userinfo(token)).provider == "hitkey");
}
