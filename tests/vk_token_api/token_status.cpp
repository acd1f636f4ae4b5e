#include "examples/vk_token_api/token_status.hpp"

#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

namespace vk_token_api {
namespace {

using namespace std::chrono_literals;

const coauth::clock::wall_time now{1'768'059'000s};  // 10 January 2026, 15:30 UTC

credential ending_in(std::chrono::seconds left) {
    credential made;
    made.id = 42;
    made.user_id = 123456;
    made.expires_at = now + left;
    return made;
}

TEST_CASE("status: times as the document writes them") {
    CHECK(timestamp(now) == "2026-01-10T15:30:00Z");
    CHECK(timestamp(now + 999ms) == "2026-01-10T15:30:00Z");
    CHECK(time_until(now + 18h + 45min, now) == "18h 45m");
    CHECK(time_until(now + 18h + 45min + 59s, now) == "18h 45m");
    CHECK(time_until(now + 1h + 30min, now) == "1h 30m");
    CHECK(time_until(now + 9min, now) == "0h 9m");
    CHECK(time_until(now + 1s, now) == "0h 0m");
    CHECK(time_until(now + 50h, now) == "50h 0m");
    CHECK(time_until(now, now) == "expired");
    CHECK(time_until(now - 1h, now) == "expired");
}

TEST_CASE("status: a token wants to be renewed with less than two hours left") {
    CHECK(!needs_refresh(ending_in(2h), now));
    CHECK(needs_refresh(ending_in(2h - 1s), now));
    CHECK(needs_refresh(ending_in(-1h), now));
    CHECK(!needs_refresh(credential{}, now));  // without an end
}

TEST_CASE("status: a token without an end is valid, and says so") {
    credential endless = ending_in(0s);
    endless.expires_at.reset();
    CHECK(boost::json::serialize(status_of(endless, now)) ==
          R"({"has_token":true,"is_valid":true,"expiry":null,"time_until_expiry":null,"needs_refresh":false,)"
          R"("credential_id":42})");
    CHECK(boost::json::serialize(receipt_of(endless, now)) ==
          R"({"success":true,"credential_id":42,"user_id":123456,"expiry":null,)"
          R"json("message":"VK token saved successfully (does not expire)"})json");
}

TEST_CASE("status: the receipt tells the lifetime in hours where it is whole hours") {
    const auto message = [](std::chrono::seconds left) {
        return std::string(receipt_of(ending_in(left), now).at("message").as_string());
    };
    CHECK(message(24h) == "VK token saved successfully (expires in 24h)");
    CHECK(message(90min) == "VK token saved successfully (expires in 1h 30m)");
    CHECK(message(30s) == "VK token saved successfully (expires in 0h 0m)");
}

}  // namespace
}  // namespace vk_token_api
