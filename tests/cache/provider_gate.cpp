#include "cache/provider_gate.hpp"

#include "cache/flight.hpp"

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory_resource>
#include <random>
#include <utility>
#include <vector>

using namespace coauth;
using namespace coauth::cache;
using namespace std::chrono_literals;

namespace {

using passage = provider_gate::passage;
using outcome = provider_gate::outcome;
using steady_time = clock::steady_time;

constexpr steady_time noon{std::chrono::hours{12}};

/// Flights as a gate knows them.
class flights {
public:
    ~flights() { entry::destroy(of_, memory_); }

    flight_ptr next() { return std::make_shared<flight>(*of_, 0U, ++made_, flight::stage::queued, strands_); }

private:
    boost::asio::io_context context_;
    std::pmr::memory_resource& memory_ = *std::pmr::new_delete_resource();
    http::shared_strands strands_{context_.get_executor(), 1};
    entry* const of_ = entry::make(realm_ptr{new realm{token_key{"hike", "id", ""}}}, "ann", memory_);
    std::uint64_t made_ = 0;
};

provider_gate::limits limits(std::size_t at_once, std::size_t failures = 0) {
    return {at_once, failures, 60s};
}

}  // namespace

TEST_CASE("so many are let in at once, the others in their order") {
    flights make;
    provider_gate gate{"hike", limits(2)};
    std::vector<flight_ptr> all;
    for (int each = 0; each < 5; ++each) {
        all.push_back(make.next());
        CHECK(gate.enter(all.back(), false, noon) == (each < 2 ? passage::free : passage::queued));
    }
    CHECK(gate.under_way() == 2);
    CHECK(gate.queued() == 3);
    CHECK(gate.leave(all[1], outcome::answered, {}, noon).free == std::vector{all[2]});
    CHECK(gate.leave(all[0], outcome::failed, {}, noon).free == std::vector{all[3]});
    CHECK(gate.leave(all[2], outcome::unused, {}, noon).free == std::vector{all[4]});
    CHECK(gate.leave(all[3], outcome::answered, {}, noon).free.empty());
    CHECK(gate.leave(all[4], outcome::answered, {}, noon).free.empty());
    CHECK(gate.under_way() == 0);
    CHECK(gate.queued() == 0);
}

TEST_CASE("who is let in at once, as far as the way is free, counts as the others do") {
    flights make;
    provider_gate gate{"hike", limits(2, 1)};
    const auto first = make.next();
    const auto second = make.next();
    const auto third = make.next();
    CHECK(gate.try_enter());
    CHECK(gate.try_enter());
    CHECK_FALSE(gate.try_enter());
    CHECK(gate.under_way() == 2);
    CHECK(gate.enter(third, false, noon) == passage::queued);
    CHECK(gate.leave(first, outcome::answered, {}, noon).free == std::vector{third});
    CHECK_FALSE(gate.try_enter());
    CHECK(gate.leave(second, outcome::failed, {}, noon).free.empty());  // the circuit opens
    CHECK(gate.under_way() == 1);
    CHECK_FALSE(gate.try_enter());
    CHECK(gate.leave(third, outcome::answered, {}, noon).free.empty());  // it closes
    CHECK(gate.try_enter());
}

TEST_CASE("those come first that somebody waits for, from the beginning or by now") {
    flights make;
    provider_gate gate{"hike", limits(1)};
    const auto inside = make.next();
    const auto idle = make.next();
    const auto awaited = make.next();
    const auto promoted = make.next();
    CHECK(gate.enter(inside, false, noon) == passage::free);
    CHECK(gate.enter(idle, false, noon) == passage::queued);
    CHECK(gate.enter(promoted, false, noon) == passage::queued);
    CHECK(gate.enter(awaited, true, noon) == passage::queued);
    gate.promote(promoted);
    gate.promote(inside);  // is in already
    CHECK(gate.leave(inside, outcome::answered, {}, noon).free == std::vector{awaited});
    CHECK(gate.leave(awaited, outcome::answered, {}, noon).free == std::vector{promoted});
    gate.promote(promoted);  // has had its turn
    CHECK(gate.leave(promoted, outcome::answered, {}, noon).free == std::vector{idle});
    CHECK(gate.leave(idle, outcome::answered, {}, noon).free.empty());
}

TEST_CASE("the circuit opens after so many failures in a row, and turns away whoever waits") {
    flights make;
    provider_gate gate{"hike", limits(1, 3)};
    for (const outcome how : {outcome::failed, outcome::failed, outcome::answered, outcome::failed, outcome::unused,
                              outcome::failed}) {  // never three in a row
        const auto one = make.next();
        REQUIRE(gate.enter(one, true, noon) == passage::free);
        CHECK(gate.leave(one, how, {}, noon).closed.empty());
    }
    const auto last = make.next();
    const auto queued = make.next();
    const auto awaited = make.next();
    CHECK(gate.enter(last, true, noon) == passage::free);
    CHECK(gate.enter(queued, false, noon) == passage::queued);
    CHECK(gate.enter(awaited, true, noon) == passage::queued);
    const auto next = gate.leave(last, outcome::failed, {}, noon);
    CHECK(next.free.empty());
    CHECK(next.closed == std::vector{awaited, queued});
    CHECK(gate.queued() == 0);
    CHECK(gate.enter(make.next(), true, noon + 60s - 1ns) == passage::closed);
    const failure told = gate.refusal(noon + 20s);
    CHECK(told.code == errc::circuit_open);
    CHECK(told.provider == "hike");
    CHECK(told.retry_after == 40s);
    CHECK(gate.refusal(noon + 300s).retry_after == 1s);
}

TEST_CASE("a single one probes an open circuit: it closes it, keeps it open, or was not used") {
    flights make;
    provider_gate gate{"hike", limits(4, 1)};
    const auto first = make.next();
    CHECK(gate.enter(first, true, noon) == passage::free);
    (void)gate.leave(first, outcome::failed, {}, noon);
    const auto probe = make.next();
    CHECK(gate.enter(probe, true, noon + 60s) == passage::free);
    CHECK(gate.enter(make.next(), true, noon + 60s) == passage::closed);

    SUBCASE("it succeeds") {
        (void)gate.leave(probe, outcome::answered, {}, noon + 61s);
        CHECK(gate.enter(make.next(), true, noon + 61s) == passage::free);
        CHECK(gate.enter(make.next(), true, noon + 61s) == passage::free);
    }
    SUBCASE("it fails: for the pause, or for as long as the provider says") {
        (void)gate.leave(probe, outcome::failed, 100s, noon + 61s);
        CHECK(gate.enter(make.next(), true, noon + 160s) == passage::closed);
        CHECK(gate.enter(make.next(), true, noon + 161s) == passage::free);
        CHECK(gate.enter(make.next(), true, noon + 161s) == passage::closed);
    }
    SUBCASE("it never asked: the next one probes") {
        (void)gate.leave(probe, outcome::unused, {}, noon + 61s);
        CHECK(gate.enter(make.next(), true, noon + 61s) == passage::free);
        CHECK(gate.enter(make.next(), true, noon + 61s) == passage::closed);
    }
    SUBCASE("a provider that asks for a year of silence gets a day") {
        (void)gate.leave(probe, outcome::failed, std::chrono::hours{24 * 366}, noon + 61s);
        CHECK(gate.enter(make.next(), true, noon + 61s + 24h) == passage::free);
    }
}

TEST_CASE("an answer to one that was under way when the circuit opened closes it") {
    flights make;
    provider_gate gate{"hike", limits(2, 1)};
    const auto fails = make.next();
    const auto succeeds = make.next();
    CHECK(gate.enter(fails, true, noon) == passage::free);
    CHECK(gate.enter(succeeds, true, noon) == passage::free);
    (void)gate.leave(fails, outcome::failed, {}, noon);
    CHECK(gate.enter(make.next(), true, noon) == passage::closed);
    (void)gate.leave(succeeds, outcome::answered, {}, noon);
    CHECK(gate.enter(make.next(), true, noon) == passage::free);
}

TEST_CASE("a gate keeps nobody who has left, promoted or not") {
    flights make;
    provider_gate gate{"hike", limits(1)};
    std::weak_ptr<flight> entered_awaited;
    std::weak_ptr<flight> promoted_later;
    {
        const auto first = make.next();
        const auto second = make.next();
        const auto third = make.next();
        entered_awaited = second;
        promoted_later = third;
        CHECK(gate.enter(first, false, noon) == passage::free);
        CHECK(gate.enter(second, true, noon) == passage::queued);
        CHECK(gate.enter(third, false, noon) == passage::queued);
        gate.promote(second);
        gate.promote(third);
        (void)gate.leave(first, outcome::answered, {}, noon);
        (void)gate.leave(second, outcome::answered, {}, noon);
        (void)gate.leave(third, outcome::answered, {}, noon);
    }
    CHECK(gate.queued() == 0);
    CHECK(entered_awaited.expired());
    CHECK(promoted_later.expired());
}

TEST_CASE("dismissed and forgotten flights are not kept") {
    flights make;
    provider_gate gate{"hike", limits(1, 1)};
    auto inside = make.next();
    auto waiting = make.next();
    CHECK(gate.enter(inside, false, noon) == passage::free);
    CHECK(gate.enter(waiting, true, noon) == passage::queued);
    CHECK(gate.dismiss() == std::vector{waiting});
    CHECK(gate.dismiss().empty());
    (void)gate.leave(inside, outcome::failed, {}, noon);
    auto probe = make.next();
    CHECK(gate.enter(probe, true, noon + 60s) == passage::free);
    gate.forget();
    for (flight_ptr* each : {&inside, &waiting, &probe}) {
        const std::weak_ptr<flight> watched = std::exchange(*each, nullptr);
        CHECK(watched.expired());
    }
}

TEST_CASE("whoever enters is let in or turned away in the end, whatever the sequence, and never more than allowed") {
    enum class place { queued, inside };
    for (const unsigned seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
        CAPTURE(seed);
        std::mt19937 random{seed};
        const auto below = [&random](std::size_t end) {
            return std::uniform_int_distribution<std::size_t>{0, end - 1}(random);
        };
        flights make;
        const std::size_t at_once = 1 + below(4);
        provider_gate gate{"hike", limits(at_once, below(4))};
        steady_time now = noon;
        std::map<flight_ptr, place> known;
        const auto someone = [&](place where) -> flight_ptr {
            std::vector<flight_ptr> those;
            for (const auto& [each, stands] : known) {
                if (stands == where) {
                    those.push_back(each);
                }
            }
            return those.empty() ? nullptr : those[below(those.size())];
        };
        const auto leave = [&](const flight_ptr& who, outcome how) {
            known.erase(who);
            const auto next = gate.leave(who, how, {}, now);
            for (const flight_ptr& each : next.free) {
                REQUIRE(known.at(each) == place::queued);
                known.at(each) = place::inside;
            }
            for (const flight_ptr& each : next.closed) {
                REQUIRE(known.at(each) == place::queued);
                known.erase(each);
            }
        };
        const auto count = [&known](place where) {
            return static_cast<std::size_t>(
                std::count_if(known.begin(), known.end(), [where](const auto& each) { return each.second == where; }));
        };
        for (int step = 0; step < 5'000; ++step) {
            now += std::chrono::seconds{below(8)};
            const std::size_t what = below(10);
            if (what < 5) {
                const flight_ptr who = make.next();
                const passage got = gate.enter(who, below(2) == 0, now);
                if (got != passage::closed) {
                    known[who] = got == passage::free ? place::inside : place::queued;
                }
            } else if (const flight_ptr who = someone(what == 5 ? place::queued : place::inside)) {
                what == 5 ? gate.promote(who)
                          : leave(who, std::vector{outcome::unused, outcome::answered, outcome::failed}[below(3)]);
            }
            REQUIRE(gate.under_way() == count(place::inside));
            REQUIRE(gate.queued() == count(place::queued));
            REQUIRE(gate.under_way() <= at_once);
            REQUIRE((gate.queued() == 0 || gate.under_way() > 0));  // else nobody would ever name them
        }
        while (const flight_ptr who = someone(place::inside)) {
            leave(who, outcome::answered);
        }
        CHECK(known.empty());
        CHECK(gate.under_way() == 0);
    }
}
