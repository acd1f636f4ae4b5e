#include "cache/refresh_schedule.hpp"

#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace coauth;
using namespace coauth::cache;
using namespace std::chrono_literals;

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using steady_time = clock::steady_time;

const moment now{steady_time{std::chrono::hours{1'000}}, clock::wall_time{seconds{1'790'000'000}}};
constexpr schedule_rules refreshable{.can_refresh = true, .least_refresh_interval = {}, .expiring_threshold = 600s};
constexpr seconds century = hours{24 * 36'525};

token issued_now(std::optional<seconds> lifetime, std::optional<boost::json::value> refresh_in = {}) {
    token made{secret{"access"}};
    made.issued_at = now.wall;
    if (lifetime) {
        made.expires_at = now.wall + *lifetime;
    }
    if (refresh_in) {
        made.extra["refresh_in"] = std::move(*refresh_in);
    }
    return made;
}

cache_options without_jitter() {
    cache_options options;
    options.jitter = 0;
    return options;
}

/// How long after it was issued the token is refreshed.
milliseconds age_when_stale(const token& what, const cache_options& options = without_jitter(), double chance = 0) {
    return std::chrono::duration_cast<milliseconds>(schedule_of(what, refreshable, options, now, chance).stale_at -
                                                    now.steady);
}

}  // namespace

TEST_CASE("a token is refreshed a share of its lifetime before its end, within bounds") {
    struct row {
        seconds lifetime;
        milliseconds age;
    };
    const row rows[]{
        {1h, 48min},                            // a fifth ahead
        {10h, 9h},                              // no more than an hour ahead
        {100s, 70s},                            // no less than half a minute
        {10s, 5s},                              // but no more than half of the lifetime
        {2s, 1s},                               //
        {1s, 1s},                               // and no more often than each second
        {century, century - 1h},                //
        {century + century, century + century}  // farther than anybody can see: clamped below
    };
    for (const row& each : rows) {
        CAPTURE(each.lifetime.count());
        const token_schedule got = schedule_of(issued_now(each.lifetime), refreshable, without_jitter(), now, 0);
        if (each.lifetime <= century) {
            CHECK(got.expires_at == now.steady + each.lifetime);
            CHECK(got.stale_at == now.steady + each.age);
        } else {
            CHECK(got.expires_at > now.steady + century);
            CHECK(got.stale_at < got.expires_at);
        }
    }
}

TEST_CASE("a token that has ended when it comes is not refreshed without end") {
    for (const seconds lifetime : {0s, -1s, -3600s, -century}) {
        const token_schedule got = schedule_of(issued_now(lifetime), refreshable, without_jitter(), now, 0);
        CHECK(got.expires_at == now.steady + lifetime);
        CHECK(got.stale_at >= now.steady + 1s);
    }
}

TEST_CASE("a token without an end is never stale, unless the provider says when to refresh") {
    const token_schedule got = schedule_of(issued_now({}), refreshable, without_jitter(), now, 0);
    CHECK(got.expires_at == steady_time::max());
    CHECK(got.stale_at == steady_time::max());
    CHECK(age_when_stale(issued_now({}, 1800)) == 1800s);
}

TEST_CASE("a token that cannot be refreshed ends, and is never stale") {
    const token_schedule got = schedule_of(issued_now(3600s, 60), {}, cache_options{}, now, 0.5);
    CHECK(got.expires_at == now.steady + 1h);
    CHECK(got.stale_at == steady_time::max());
}

TEST_CASE("refresh_in sets the window where it makes sense, and is not heard otherwise") {
    CHECK(age_when_stale(issued_now(1h, 1800)) == 30min);
    CHECK(age_when_stale(issued_now(1h, 1)) == 1s);
    CHECK(age_when_stale(issued_now(1h, 3599)) == 3599s);
    CHECK(age_when_stale(issued_now(1h, 1800.0)) == 30min);
    for (const boost::json::value& absurd : std::vector<boost::json::value>{
             0, -5, 1e300, "1800", nullptr, true, boost::json::array{1800}, std::uint64_t{1} << 63}) {
        CAPTURE(boost::json::serialize(absurd));
        CHECK(age_when_stale(issued_now(1h, absurd)) == 48min);
    }
    CHECK(age_when_stale(issued_now(1h, 3600)) == 48min);
    CHECK(age_when_stale(issued_now(1h, 7200)) == 48min);
}

TEST_CASE("a refresh_in beyond the lifetime does not make the window longer than half of it") {
    CHECK(age_when_stale(issued_now(10s, 3600)) >= 5s);
}

TEST_CASE("chance moves a refresh within bounds: earlier than our window, later than the provider's") {
    cache_options options;
    for (const unsigned jitter : {0U, 25U, 100U}) {
        options.jitter = jitter;
        for (const double chance : {0.0, 0.25, 0.5, 1.0}) {
            CAPTURE(jitter);
            CAPTURE(chance);
            const double share = static_cast<double>(jitter) / 100 * chance;
            const milliseconds ours = age_when_stale(issued_now(1h), options, chance);
            CHECK(ours == 48min - milliseconds{static_cast<long>(share * 720'000)});
            const milliseconds theirs = age_when_stale(issued_now(1h, 1800), options, chance);
            CHECK(theirs == 30min + milliseconds{static_cast<long>(share * 1'800'000)});
        }
    }
}

TEST_CASE("whatever is configured and issued: not sooner than a second, nor after the end of a token that lives") {
    std::mt19937 random{7};
    const auto below = [&random](long end) { return std::uniform_int_distribution<long>{0, end - 1}(random); };
    for (int each = 0; each < 20'000; ++each) {
        cache_options options;
        options.refresh_ahead = static_cast<unsigned>(1 + below(90));
        options.jitter = static_cast<unsigned>(below(101));
        options.least_ahead = seconds{1 + below(2'000)};
        options.most_ahead = options.least_ahead + seconds{below(10'000)};
        const seconds lifetime{2 + below(below(2) == 0 ? 100 : 1'000'000)};
        token what = issued_now(lifetime);
        if (below(3) == 0) {
            what.extra["refresh_in"] = below(2 * lifetime.count());
        }
        const milliseconds age = age_when_stale(what, options, std::uniform_real_distribution<>{}(random));
        CAPTURE(lifetime.count());
        CAPTURE(boost::json::serialize(what.extra));
        REQUIRE(age >= 1s);
        REQUIRE(age <= lifetime);
        if (!what.extra.contains("refresh_in")) {
            REQUIRE(age >= std::min<milliseconds>(lifetime / 4, lifetime - 1s));
        }
    }
}

TEST_CASE("a token that was issued a while ago has that much less time") {
    token old = issued_now(1h);
    old.issued_at = now.wall - 30min;
    old.expires_at = now.wall + 30min;
    CHECK(age_when_stale(old) == 18min);  // of an hour, a fifth before the end
    old.issued_at.reset();
    CHECK(age_when_stale(old) == 24min);  // then the rest is all that is known of it
}

TEST_CASE("a token that was issued in the future was issued now") {
    token early = issued_now(1h);
    early.issued_at = now.wall + 30min;
    CHECK(age_when_stale(early) == 48min);
    early.issued_at = clock::wall_time::max();
    CHECK(age_when_stale(early) == 48min);
}

TEST_CASE("the ends of time do not overflow") {
    token odd = issued_now(1h);
    for (const auto when : {clock::wall_time::max(), clock::wall_time{}}) {
        odd.expires_at = when;
        odd.issued_at = when;
        const token_schedule got = schedule_of(odd, refreshable, cache_options{}, now, 1);
        CHECK((got.expires_at > now.steady) == (when > now.wall));
        CHECK((got.stale_at > now.steady) == (when > now.wall));
    }
}

TEST_CASE("nor does the very beginning of time") {
    token odd = issued_now(1h);
    odd.expires_at = clock::wall_time::min();
    CHECK(schedule_of(odd, refreshable, cache_options{}, now, 1).expires_at < now.steady);
}

TEST_CASE("a provider's least interval between refreshes is kept") {
    schedule_rules rules = refreshable;
    CHECK(earliest_refresh(issued_now(1h), rules, now) == steady_time::min());
    rules.least_refresh_interval = 55min;
    CHECK(earliest_refresh(issued_now(1h), rules, now) == now.steady + 55min);
    CHECK(schedule_of(issued_now(1h), rules, cache_options{}, now, 1).stale_at == now.steady + 55min);
    CHECK(schedule_of(issued_now(1h, 60), rules, without_jitter(), now, 0).stale_at == now.steady + 55min);
    rules.least_refresh_interval = 2h;  // longer than it lives
    CHECK(schedule_of(issued_now(1h), rules, cache_options{}, now, 1).stale_at == now.steady + 2h);
    rules.least_refresh_interval = seconds::max();
    CHECK(earliest_refresh(issued_now(1h), rules, now) > now.steady + century);
    rules.least_refresh_interval = -1h;
    CHECK(schedule_of(issued_now(1h), rules, without_jitter(), now, 0).stale_at == now.steady + 48min);
    token old = issued_now(1h);
    old.issued_at = now.wall - 10min;
    rules.least_refresh_interval = 15min;
    CHECK(earliest_refresh(old, rules, now) == now.steady + 5min);
}

TEST_CASE("a window larger than the lifetime is cut to half of it") {
    cache_options options = without_jitter();
    options.least_ahead = 1h;
    options.most_ahead = 2h;
    CHECK(age_when_stale(issued_now(10s), options) == 5s);
    CHECK(age_when_stale(issued_now(1h), options) == 30min);
    options.jitter = 100;
    CHECK(age_when_stale(issued_now(1h), options, 1) == 15min);
}

TEST_CASE("the pause after failures doubles up to the greatest, and is shortened by a half at most") {
    CHECK(pause_after(1, 1s, 300s, 0) == 1s);
    CHECK(pause_after(2, 1s, 300s, 0) == 2s);
    CHECK(pause_after(9, 1s, 300s, 0) == 256s);
    CHECK(pause_after(10, 1s, 300s, 0) == 300s);
    CHECK(pause_after(4'000'000'000U, 1s, 300s, 0) == 300s);
    CHECK(pause_after(4'000'000'000U, 1ms, century, 1) == milliseconds{century} / 2);
    CHECK(pause_after(0, 1s, 300s, 0) == 1s);
    CHECK(pause_after(1, 1ms, 1ms, 1) == 1ms);
    CHECK(pause_after(3, 10s, 5s, 0) == 5s);
    std::mt19937 random{3};
    for (unsigned failures = 1; failures < 40; ++failures) {
        const milliseconds longest = pause_after(failures, 1s, 300s, 0);
        const double chance = std::uniform_real_distribution<>{}(random);
        const milliseconds got = pause_after(failures, 1s, 300s, chance);
        CHECK(got <= longest);
        CHECK(got >= longest / 2);
    }
}
