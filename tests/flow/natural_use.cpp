// Every awaitable of the library written as a user would: with temporaries, braces and string literals inside the
// co_await expression. g++ 12 frees some temporaries there twice; AddressSanitizer shows that none of ours are of that
// kind.
#include "tests/flow/scripted_transport.hpp"

#include <coauth/flow/client.hpp>
#include <coauth/http/connection_pool.hpp>
#include <coauth/provider/catalog.hpp>

#include <doctest/doctest.h>

using coauth::test::run;
using coauth::test::scripted_transport;

namespace {

const std::string long_text(100, 'x');  // never in a string's small buffer

coauth::client client_of(const std::string& provider, coauth::transport& via) {
    return coauth::client{via,
                          coauth::provider::builtin(provider),
                          {long_text, coauth::secret{long_text}, "https://app.example/" + long_text}};
}

coauth::token a_token() {
    coauth::token token{coauth::secret{long_text}};
    token.refresh_token = coauth::secret{long_text + "r"};
    return token;
}

coauth::awaitable<void> exchange_and_refresh(scripted_transport& via) {
    const coauth::client hike = client_of("hike", via);
    const std::string reply =
        R"({"access_token":")" + long_text + R"(","token_type":"Bearer","expires_in":60,"refresh_token":"r2"})";
    via.answer(200, reply);
    via.answer(200, reply);
    via.answer(200, reply);

    coauth::token token =
        co_await hike.exchange(coauth::grant{coauth::secret{"a code that is not short: " + long_text}});
    CHECK(token.access_token.reveal() == long_text);
    token = co_await hike.refresh(token);
    CHECK((co_await client_of("hike", via).refresh(a_token())).refresh_token->reveal() == "r2");
}

coauth::awaitable<void> look_up(scripted_transport& via) {
    via.answer(200, R"({"user_name":"ann"})");
    via.answer(200, R"({"response":[{"id":1}]})");
    const coauth::client hitbox = client_of("hitbox", via);
    CHECK((co_await hitbox.userinfo(coauth::token{coauth::secret{"a token of some length, in place"}})).subject ==
          "ann");
    CHECK((co_await client_of("vk", via).with_timeout(std::chrono::seconds{5}).validate(a_token())).active);
}

coauth::awaitable<void> call_and_revoke(scripted_transport& via) {
    via.answer(200, R"({"apps":[]})");
    via.answer(200, R"({"apps":[]})");
    via.answer(200, R"({"error":false,"success":true})");
    via.answer(201, R"({"client_id":"c"})");
    const coauth::client hitbox = client_of("hitbox", via);
    const std::string user = "a user with quite a long name";
    const coauth::token token = a_token();
    CHECK((co_await hitbox.call("list_apps", {{"user", user}}, token)).is_object());
    CHECK((co_await hitbox.call("list_apps", {{"user", "another user with a long name"}}, a_token())).is_object());
    co_await hitbox.revoke(token, {{"user", user}});
    const boost::json::value made =
        co_await client_of("hitkey", via)
            .call("register_client",
                  {{"name", "My application with a long name"}, {"redirect_uri", "https://app.example/callback"}},
                  coauth::token{coauth::secret{"an API token that is long enough"}});
    CHECK(made.at("client_id") == "c");
}

coauth::awaitable<void> fail(scripted_transport& via) {
    via.answer(401, R"({"error":"nope"})");
    try {
        co_await client_of("hitkey", via).userinfo({});
    } catch (const coauth::error& refused) {
        CHECK(coauth::class_of(refused.reason()) == coauth::failure_class::configuration);
    }
    try {
        (void)co_await client_of("hitkey", via).userinfo(coauth::token{coauth::secret{long_text}});
    } catch (const coauth::error& refused) {
        CHECK(refused.reason() == coauth::errc::invalid_token);
    }
    CHECK_THROWS_AS(co_await client_of("hitkey", via).call("no such operation"), coauth::error);
}

}  // namespace

TEST_CASE("awaitables are safe however they are written") {
    scripted_transport via;
    SUBCASE("exchange, refresh") {
        run(exchange_and_refresh(via));
    }
    SUBCASE("userinfo, validate") {
        run(look_up(via));
    }
    SUBCASE("call, revoke") {
        run(call_and_revoke(via));
    }
    SUBCASE("failures") {
        run(fail(via));
    }
    CHECK(via.exhausted());
}

namespace {

coauth::awaitable<void> send_through(coauth::transport& sender) {
    CHECK((co_await sender.send({"GET", "https://api.example/" + long_text})).body() == long_text);
}

coauth::awaitable<void> send_through_pool() {
    const coauth::executor here = co_await boost::asio::this_coro::executor;
    coauth::connection_pool pool{here, {.connect_to = {{.host = "api.example", .to_host = "127.0.0.1", .to_port = 1}}}};
    CHECK_THROWS_AS(co_await pool.send({"GET", "https://api.example/" + long_text}), coauth::error);
    CHECK_THROWS_AS(co_await client_of("hitbox", pool).userinfo(coauth::token{coauth::secret{long_text}}),
                    coauth::error);
}

}  // namespace

TEST_CASE("a transport's send is safe however it is written") {
    scripted_transport via;
    via.answer(200, long_text);
    run(send_through(via));
    run(send_through_pool());
}
