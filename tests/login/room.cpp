// Where kept logins run out of room, and who has to go.
#include "tests/failure_of.hpp"
#include "tests/login/login_world.hpp"

#include <coauth/core/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace coauth::test {
namespace {

using namespace std::chrono_literals;

/// A broker with little room.
struct small_world : login_world {
    explicit small_world(std::size_t room) : login_world{kept_logins{.max_logins = room}} {}

    pending_login from(const std::string& address) { return broker->begin(hitkey, {.address = address}); }
    std::string refusal_from(const std::string& address) {
        return std::string{name_of(test::failure_of([&] { (void)from(address); }).code)};
    }
    /// "under way", or why it is no more.
    std::string fate_of(const pending_login& login) {
        const auto waiting = start(login.completed(0ms));
        return waiting->why().code == errc::timeout ? "under way" : std::string{name_of(waiting->why().code)};
    }
    client hitkey = client_of("hitkey");
};

TEST_CASE("without room, the oldest login of the same address goes first") {
    small_world world{3};
    const pending_login a1 = world.from("192.0.2.1");
    const pending_login b1 = world.from("192.0.2.2");
    const pending_login a2 = world.from("192.0.2.1");
    const auto waiting = world.start(a1.completed(5min));
    const pending_login a3 = world.from("192.0.2.1");
    world.settle();
    CHECK(waiting->why().code == errc::login_displaced);
    CHECK(world.run(world.broker->complete(callback_of(a1), a1.cookie())).why->code == errc::callback_login_unknown);
    const pending_login b2 = world.from("192.0.2.2");
    CHECK(world.fate_of(b1) == "login_displaced");
    CHECK(world.fate_of(a2) == "under way");
    CHECK(world.broker->statistics().displaced == 2);
    CHECK(world.broker->statistics().under_way == 3);
    CHECK(world.run(world.broker->complete(callback_of(a2), a2.cookie())).status == 303);
    CHECK(world.run(world.broker->complete(callback_of(b2), b2.cookie())).status == 303);
}

TEST_CASE("a flood from one address pushes out its own logins and nobody else's") {
    small_world world{50};
    std::vector<pending_login> others;
    for (int each = 0; each < 10; ++each) {
        others.push_back(world.from("198.51.100." + std::to_string(each)));
    }
    for (int each = 0; each < 1000; ++each) {
        (void)world.from("192.0.2.66");
    }
    // And those who come during the flood get their room from the flooder.
    for (int each = 10; each < 20; ++each) {
        others.push_back(world.from("198.51.100." + std::to_string(each)));
        (void)world.from("192.0.2.66");
    }
    for (const pending_login& each : others) {
        CHECK(world.fate_of(each) == "under way");
    }
    CHECK(world.broker->statistics().under_way == 50);
}

/// What is open, by address, the oldest first.
using open_logins = std::map<std::string, std::deque<pending_login>>;

/// Who has to go for another login from `address`: the oldest of its own, or of one of those that have most.
std::vector<std::string> who_may_have_to_go(const open_logins& open, const std::string& address) {
    if (open.contains(address)) {
        return {address};
    }
    std::size_t most = 0;
    for (const auto& [each, logins] : open) {
        most = std::max(most, logins.size());
    }
    std::vector<std::string> these;
    for (const auto& [each, logins] : open) {
        if (logins.size() == most && most > 1) {
            these.push_back(each);
        }
    }
    return these;
}

TEST_CASE("whatever comes and goes, room is made by the oldest of the same address or of one that has most") {
    constexpr std::size_t room = 12;
    small_world world{room};
    open_logins open;
    std::size_t under_way = 0;
    std::mt19937 random{7};
    const auto take = [&](const std::string& address) {
        pending_login first = std::move(open[address].front());
        open[address].pop_front();
        if (open[address].empty()) {
            open.erase(address);
        }
        --under_way;
        return first;
    };
    for (int step = 0; step < 2000; ++step) {
        CAPTURE(step);
        const std::string address = "192.0.2." + std::to_string(random() % 9);
        if (random() % 3 == 0 && open.contains(address)) {
            const pending_login done = take(address);
            CHECK(world.run(world.broker->complete(callback_of(done), done.cookie())).status == 303);
            continue;
        }
        const auto candidates = under_way == room ? who_may_have_to_go(open, address) : std::vector<std::string>{};
        if (under_way == room && candidates.empty()) {
            CHECK(world.refusal_from(address) == "too_many_logins");
            continue;
        }
        pending_login begun = world.from(address);
        std::vector<std::string> gone;
        std::ranges::copy_if(candidates, std::back_inserter(gone), [&](const std::string& each) {
            return world.fate_of(open[each].front()) == "login_displaced";
        });
        REQUIRE(gone.size() == (candidates.empty() ? 0 : 1));
        if (!gone.empty()) {
            (void)take(gone.front());
        }
        open[address].push_back(std::move(begun));
        ++under_way;
        REQUIRE(world.broker->statistics().under_way == under_way);
    }
}

TEST_CASE("full of addresses that have one login each, a further address is told that there is no room") {
    small_world world{4};
    std::vector<pending_login> all;
    for (int each = 0; each < 4; ++each) {
        all.push_back(world.from("192.0.2." + std::to_string(each)));
    }
    CHECK(world.refusal_from("192.0.2.9") == "too_many_logins");
    const failure why = failure_of([&] { (void)world.from("192.0.2.9"); });
    CHECK(is_retryable(why));
    CHECK(why.step == "begin");
    CHECK(world.broker->statistics().under_way == 4);
    CHECK(world.broker->statistics().begun == 4);
    for (const pending_login& each : all) {
        CHECK(world.fate_of(each) == "under way");
    }
    CHECK(world.run(world.broker->complete(callback_of(all[0]), all[0].cookie())).status == 303);
    (void)world.from("192.0.2.9");
    world.turn(10min);
    CHECK(world.broker->statistics().under_way == 0);
    (void)world.from("192.0.2.10");
}

TEST_CASE("IPv6 addresses of one /64 network are one; IPv4 written as IPv6 is IPv4") {
    const auto displaces = [](const std::string& left, const std::string& right) {
        small_world world{2};
        const pending_login other = world.from("203.0.113.1");
        const pending_login first = world.from(left);
        try {
            (void)world.from(right);
        } catch (const error& full) {
            CHECK(full.reason() == errc::too_many_logins);
            return false;
        }
        return world.fate_of(first) == "login_displaced";
    };
    CHECK(displaces("2001:db8::1", "2001:db8::ffff:2"));
    CHECK(displaces("2001:db8:0:0:1:2:3:4", "2001:DB8::"));
    CHECK_FALSE(displaces("2001:db8::1", "2001:db8:0:1::1"));
    CHECK(displaces("::ffff:192.0.2.1", "192.0.2.1"));
    CHECK_FALSE(displaces("::ffff:192.0.2.1", "::ffff:192.0.2.2"));
    CHECK(displaces("fe80::1%3", "fe80::2"));
    CHECK(displaces("a name of one's own", "a name of one's own"));
    CHECK_FALSE(displaces("one", "another"));
    CHECK(displaces(std::string(64, 'x') + "1", std::string(64, 'x') + "2"));
    CHECK(displaces("", ""));
    CHECK_FALSE(displaces("", "192.0.2.1"));
}

TEST_CASE("logins whose callback has come keep their room until they end") {
    small_world world{2};
    const pending_login one = world.from("192.0.2.1");
    const pending_login two = world.from("192.0.2.1");
    world.providers->hold();
    const auto first = world.start(world.broker->complete(callback_of(one), one.cookie()));
    const auto second = world.start(world.broker->complete(callback_of(two), two.cookie()));
    CHECK(world.broker->statistics().under_way == 2);
    CHECK(world.refusal_from("192.0.2.1") == "too_many_logins");
    world.providers->let_go();
    world.settle();
    world.settle();
    CHECK(first->value.value().status == 303);
    CHECK(second->value.value().status == 303);
    (void)world.from("192.0.2.1");
    CHECK(world.broker->statistics().under_way == 1);
}

TEST_CASE("with many shards too, as many logins as there is room for are under way, and each is found") {
    login_world world{kept_logins{.max_logins = 32'768}};
    const client hitkey = world.client_of("hitkey");
    std::vector<pending_login> some;
    for (int each = 0; each < 20'000; ++each) {
        pending_login login = world.broker->begin(
            hitkey, {.address = "10.0." + std::to_string(each / 200) + "." + std::to_string(each % 200)});
        if (each % 1000 == 0) {
            some.push_back(std::move(login));
        }
    }
    CHECK(world.broker->statistics().under_way == 20'000);
    CHECK(world.broker->statistics().displaced == 0);
    for (const pending_login& each : some) {
        CHECK(world.run(world.broker->complete(callback_of(each), each.cookie())).status == 303);
    }
}

/// A random source that repeats itself, as that of a machine that was copied while it ran.
class stuck_random final : public random_source {
public:
    void fill(std::span<unsigned char> bytes) const override {
        std::fill(bytes.begin(), bytes.end(), static_cast<unsigned char>(7));
    }
};

TEST_CASE("a random source that repeats itself is noticed, and the login before it is safe") {
    for (const auto each : backends) {
        login_options options;
        options.random = std::make_shared<stuck_random>();
        login_world world{each(), options};
        cookie_jar browser;
        const pending_login login = world.begin(world.client_of("hitkey"), browser);
        CHECK(failure_of([&] { (void)world.broker->begin(world.client_of("hitkey")); }).code == errc::invalid_argument);
        CHECK(world.broker->statistics().under_way == 1);
        CHECK(world.complete(callback_of(login), browser).status == 303);
    }
}

}  // namespace
}  // namespace coauth::test
