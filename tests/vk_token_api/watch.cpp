#include "examples/vk_token_api/watch.hpp"

#include "examples/vk_token_api/hmac.hpp"
#include "tests/flow/scripted_transport.hpp"

#include <coauth/cache/memory_store.hpp>
#include <coauth/core/encoding.hpp>
#include <coauth/core/manual_clock.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

namespace vk_token_api {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

const coauth::clock::wall_time beginning{1'768'059'000s};  // 10 January 2026, 15:30 UTC

const char* key_text() {
    return "a webhook's key, for tests";
}

webhook_options options() {
    return {"https://hooks.example/vk", coauth::secret{key_text()}, "/settings/vk/refresh"};
}

/// A watch that runs whenever the test lets it, until there is nothing to do at this time.
class watched {
public:
    explicit watched(std::shared_ptr<coauth::token_store> store = std::make_shared<coauth::memory_store>())
        : kept(std::move(store)) {
        asio::co_spawn(context, kept.load(), asio::detached);
        go_on();
        asio::co_spawn(context, watching.run(),
                       asio::bind_cancellation_slot(end.slot(), [this](std::exception_ptr) { ended = true; }));
    }

    ~watched() {
        end.emit(asio::cancellation_type::terminal);
        go_on();
        CHECK(ended);
    }

    void go_on() {
        context.restart();
        context.poll();
    }

    void advance(std::chrono::seconds by) {
        clock->advance(by);
        go_on();
    }

    void submit(const std::string& token, std::optional<std::chrono::seconds> lifetime = {},
                const std::string& owner = "ann") {
        new_token made;
        made.access_token = coauth::secret{token};
        made.user_id = 123456;
        made.received_at = clock->now();
        made.lifetime = lifetime;
        asio::co_spawn(context, kept.save(owner, "my_vk", std::move(made)), asio::detached);
        go_on();
    }

    asio::io_context context{1};
    std::shared_ptr<coauth::manual_clock> clock = std::make_shared<coauth::manual_clock>(beginning);
    coauth::test::scripted_transport hook;
    credentials kept;
    std::vector<std::string> log;
    watch watching{
        context.get_executor(), kept, hook, options(), clock, event_log{clock, [this](const std::string& line) {
                                                                            log.push_back(line);
                                                                        }}};
    asio::cancellation_signal end;
    bool ended = false;
};

TEST_CASE("watch: a token is told of once, when less than two hours are left") {
    watched at;
    at.submit("vk1.a.one");
    at.hook.answer(204, "");
    at.advance(22h);
    CHECK(at.hook.sent.empty());
    at.advance(1s);
    REQUIRE(at.hook.sent.size() == 1);
    at.advance(1h);
    at.advance(24h);
    CHECK(at.hook.sent.size() == 1);
    CHECK(at.kept.latest("ann")->notified);
}

TEST_CASE("watch: what the webhook is sent, and how it is signed") {
    watched at;
    at.submit("vk1.a.one");
    at.hook.answer(200, "");
    at.advance(22h + 30min);
    REQUIRE(at.hook.sent.size() == 1);
    const coauth::http_request& sent = at.hook.sent.front();
    CHECK(sent.method() == "POST");
    CHECK(sent.url() == "https://hooks.example/vk");
    CHECK(sent.header("Content-Type") == "application/json");
    CHECK(boost::json::serialize(boost::json::parse(sent.body())) == boost::json::serialize(boost::json::parse(R"({
      "event": "vk_token_expiring",
      "user": "ann",
      "credential_id": 1,
      "account_name": "my_vk",
      "user_id": 123456,
      "expiry": "2026-01-11T15:30:00Z",
      "time_until_expiry": "1h 30m",
      "message": "VK token expires in < 2h. Please refresh.",
      "action_url": "/settings/vk/refresh"
    })")));
    CHECK(sent.header("webhook-id") == "vk-1-1768145400");
    CHECK(sent.header("webhook-timestamp") == "1768140000");
    CHECK(sent.header("webhook-signature") ==
          "v1," + coauth::base64(hmac_sha256(coauth::secret{key_text()},
                                             "vk-1-1768145400.1768140000." + std::string(sent.body()))));
}

TEST_CASE("watch: each attempt waits twice as long as the one before, ten minutes at most") {
    watched at;
    const auto fail = [&] { at.hook.answer(500, ""); };
    fail();
    at.submit("vk1.a.one", 1h);
    REQUIRE(at.hook.sent.size() == 1);
    std::size_t attempts = 1;
    for (const auto pause : {5s, 10s, 20s, 40s, 80s, 160s, 320s, 600s, 600s}) {
        at.advance(pause - 1s);
        CHECK(at.hook.sent.size() == attempts);
        fail();
        at.advance(1s);
        CHECK(at.hook.sent.size() == ++attempts);
    }
    at.hook.answer(202, "");
    at.advance(600s);
    CHECK(at.hook.sent.size() == attempts + 1);
    CHECK(at.hook.sent.front().header("webhook-id") == at.hook.sent.back().header("webhook-id"));
    at.advance(24h);
    CHECK(at.hook.sent.size() == attempts + 1);
}

TEST_CASE("watch: no answer at all is a failure like others") {
    watched at;
    coauth::failure gone;
    gone.code = coauth::errc::timeout;
    at.hook.fail(coauth::error(gone));
    at.submit("vk1.a.one", 1h);
    at.hook.answer(200, "");
    at.advance(5s);
    CHECK(at.hook.sent.size() == 2);
    CHECK(at.kept.latest("ann")->notified);
    CHECK(at.log.size() == 2);
}

TEST_CASE("watch: after a restart it goes on with those that were not told") {
    const auto store = std::make_shared<coauth::memory_store>();
    {
        watched before{store};
        before.hook.answer(200, "");
        before.submit("vk1.a.one", 1h, "ann");
        before.hook.answer(503, "");
        before.submit("vk1.a.two", 1h, "bob");
        CHECK(before.hook.sent.size() == 2);
    }
    watched after{store};
    after.hook.answer(200, "");
    after.go_on();
    REQUIRE(after.hook.sent.size() == 1);
    CHECK(boost::json::parse(after.hook.sent.front().body()).at("user") == "bob");
}

TEST_CASE("watch: a token that ended while nobody watched is told of as ended, for a day") {
    const auto store = std::make_shared<coauth::memory_store>();
    {
        watched before{store};
        before.submit("vk1.a.one", 3h, "ann");
        before.submit("vk1.a.two", 40h, "bob");
    }
    watched after{store};
    after.hook.answer(200, "");
    after.clock->advance(41h);
    after.go_on();
    REQUIRE(after.hook.sent.size() == 1);
    const auto body = boost::json::parse(after.hook.sent.front().body());
    CHECK(body.at("user") == "bob");
    CHECK(body.at("event") == "vk_token_expired");
    CHECK(body.at("time_until_expiry") == "expired");
    CHECK(body.at("message") == "VK token has expired. Please refresh.");
    CHECK(after.kept.latest("ann")->notified);  // given up
}

TEST_CASE("watch: a new token ends the attempts for the old one") {
    watched at;
    at.hook.answer(500, "");
    at.submit("vk1.a.one", 1h);
    at.submit("vk1.a.two");
    at.advance(2h);
    CHECK(at.hook.sent.size() == 1);
    at.hook.answer(200, "");
    at.advance(21h);
    CHECK(at.hook.sent.size() == 2);
}

TEST_CASE("watch: it is cancelled while a webhook hangs") {
    watched at;
    at.hook.hang();
    at.submit("vk1.a.one", 1h);
    CHECK(at.hook.sent.size() == 1);
    CHECK(!at.ended);
}

}  // namespace
}  // namespace vk_token_api
