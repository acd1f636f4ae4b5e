// Every awaitable of the broker written as a user would: with temporaries, braces and string literals inside the
// co_await expression. g++ 12 frees some temporaries there twice; AddressSanitizer shows that none of ours are of that
// kind.
#include "tests/login/login_world.hpp"

#include <doctest/doctest.h>

namespace coauth::test {
namespace {

using namespace std::chrono_literals;

awaitable<void> log_in(login_broker& broker, client hitkey) {
    const pending_login login = broker.begin(
        hitkey,
        {.ask = {.scopes = {"openid", "email"}}, .return_to = "/a/path/that/is/in/no/small/buffer", .tag = "7"});
    const login_answer answer = co_await broker.complete(callback_of(login) + "&further=" + std::string(100, 'x'),
                                                         "theme=dark; " + login.cookie(), {});
    CHECK(answer.location == "/a/path/that/is/in/no/small/buffer");
    CHECK((co_await login.completed(5min))->tag == "7");
    CHECK((co_await login.completed()) == answer.session);
    CHECK((co_await broker.complete("/callback/hitkey?code=a-code-that-is-long-enough&state=the-state-of-another-login",
                                    "__Host-login-0123456789abcdef=a-value-that-is-in-no-small-buffer"))
              .status == 400);
}

awaitable<void> log_in_without_names(login_broker& broker, client hitkey) {
    try {
        (void)co_await broker.begin(hitkey).completed(1ms);
    } catch (const error& late) {
        CHECK(late.reason() == errc::timeout);
    }
    CHECK((co_await broker.complete({}, {}, {})).status == 400);
}

TEST_CASE("the broker's awaitables are safe however they are written") {
    for (const auto each : backends) {
        login_world world{each()};
        world.run(log_in(*world.broker, world.client_of("hitkey")));
        const auto nameless = world.start(log_in_without_names(*world.broker, world.client_of("hitkey")));
        world.turn(1ms);
        world.settle();
        CHECK(nameless->value.has_value());
    }
}

}  // namespace
}  // namespace coauth::test
