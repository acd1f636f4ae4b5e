#include "tests/login/login_world.hpp"

#include <doctest/doctest.h>

namespace coauth::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a login is begun, completed, and awaited") {
    for (const auto each : backends) {
        login_world world{each()};
        const client hitkey = world.client_of("hitkey");
        pending_login login = world.broker->begin(hitkey, {.return_to = "/games?id=7", .tag = "player-7"});
        cookie_jar browser;
        browser.take(login.set_cookies());
        CHECK(login.url().starts_with("https://hitkey.io/?client_id=id&"));
        const auto waiting = world.start(login.completed(5min));
        CHECK_FALSE(waiting->done());

        const login_answer answer = world.run(world.broker->complete(callback_of(login), browser.header()));
        CHECK(answer.status == 303);
        CHECK(answer.location == "/games?id=7");
        REQUIRE(answer.session);
        CHECK(answer.session->who->subject == "ann");
        CHECK(answer.session->token->access_token.reveal() == "a1");
        CHECK(answer.session->key == token_key{"hitkey", "id", "ann"});
        CHECK(answer.session->tag == "player-7");
        REQUIRE(waiting->value);
        CHECK(*waiting->value == answer.session);
        browser.take(answer.set_cookies);
        CHECK(browser.size() == 0);
        CHECK(world.broker->statistics().completed == 1);
        CHECK(world.broker->statistics().under_way == 0);
    }
}

}  // namespace
}  // namespace coauth::test
