#include "tests/flow/scripted_transport.hpp"

#include <coauth/flow/client.hpp>
#include <coauth/provider/catalog.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <doctest/doctest.h>

namespace asio = boost::asio;
using coauth::test::scripted_transport;

namespace {

coauth::client hitkey_over(coauth::transport& via) {
    return coauth::client{via, coauth::provider::builtin("hitkey"), {.client_id = "my-client"}};
}

}  // namespace

TEST_CASE("an operation completes a future") {
    scripted_transport via;
    via.answer(200, R"({"sub":"s"})");
    asio::io_context context;
    std::future<coauth::identity> who =
        asio::co_spawn(context, hitkey_over(via).userinfo(coauth::token{coauth::secret{"at"}}), asio::use_future);
    context.run();
    CHECK(who.get().subject == "s");
}

TEST_CASE("an operation completes a callback, once") {
    scripted_transport via;
    via.answer(200, R"({"sub":"s"})");
    asio::io_context context;
    int calls = 0;
    asio::co_spawn(context, hitkey_over(via).userinfo(coauth::token{coauth::secret{"at"}}),
                   [&](std::exception_ptr failed, coauth::identity who) {
                       CHECK_FALSE(failed);
                       CHECK(who.subject == "s");
                       ++calls;
                   });
    context.run();
    CHECK(calls == 1);
}

namespace {

/// A caller that lets every type of cancellation in, as its own choice.
asio::awaitable<coauth::identity> ask_and_take_any_cancellation(coauth::client hitkey) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_return co_await hitkey.userinfo(coauth::token{coauth::secret{"at"}});
}

}  // namespace

TEST_CASE("cancellation of any type reaches the transport and comes back as one error") {
    for (const asio::cancellation_type type :
         {asio::cancellation_type::terminal, asio::cancellation_type::partial, asio::cancellation_type::total}) {
        scripted_transport via;
        via.hang();
        asio::io_context context;
        asio::cancellation_signal signal;
        std::exception_ptr outcome;
        asio::co_spawn(context, ask_and_take_any_cancellation(hitkey_over(via)),
                       asio::bind_cancellation_slot(
                           signal.slot(), [&](std::exception_ptr failed, coauth::identity) { outcome = failed; }));
        context.poll();
        signal.emit(type);
        context.run();
        REQUIRE(outcome);
        try {
            std::rethrow_exception(outcome);
        } catch (const coauth::error& thrown) {
            CHECK(thrown.reason() == coauth::errc::cancelled);
            CHECK(thrown.details().step == "userinfo");
        }
    }
}
