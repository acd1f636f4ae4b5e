#include "provider/expiry.hpp"

#include "provider/timestamps.hpp"
#include "tests/provider/steps.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace coauth;
using namespace std::chrono_literals;
using provider::expiry_kind;
using provider::expiry_rule;
using provider::zero_expiry;
using steps::now;

namespace {

struct reading {
    std::optional<std::chrono::milliseconds> lifetime;  // absent: no stated end
    std::size_t warnings = 0;

    bool operator==(const reading&) const = default;
};

std::ostream& operator<<(std::ostream& out, const reading& what) {
    return what.lifetime ? out << what.lifetime->count() << " ms, " << what.warnings : out << "none, " << what.warnings;
}

reading read(const std::vector<expiry_rule>& rules, std::string_view json, zero_expiry zero = zero_expiry::expired,
             std::optional<std::chrono::seconds> default_lifetime = {}) {
    std::vector<std::string> warnings;
    const auto end =
        provider::read_expiry(rules, zero, default_lifetime, boost::json::parse(json), {.at = now}, warnings);
    reading got{.lifetime = {}, .warnings = warnings.size()};
    if (end) {
        got.lifetime = std::chrono::duration_cast<std::chrono::milliseconds>(*end - now);
    }
    return got;
}

/// One field "e" that holds `value`.
reading read_as(expiry_kind kind, std::string_view value, zero_expiry zero = zero_expiry::expired) {
    return read({{"/e", kind}}, "{\"e\": " + std::string(value) + "}", zero);
}

}  // namespace

TEST_CASE("seconds from now, in every shape that is sent") {
    const auto seconds = [](std::string_view value) { return read_as(expiry_kind::seconds, value); };
    CHECK(seconds("3600") == reading{3600s});
    CHECK(seconds("\"3600\"") == reading{3600s});
    CHECK(seconds("3600.5") == reading{3600500ms});
    CHECK(seconds("3.6e3") == reading{3600s});
    CHECK(seconds("\"3.6e3\"") == reading{3600s});
    CHECK(seconds("\"3600.0\"") == reading{3600s});
    CHECK(seconds("1") == reading{1s});
    CHECK(seconds("3155760000") == reading{std::chrono::hours{876600}});
}

TEST_CASE("a lifetime that makes no sense is a warning, and no stated end") {
    for (const std::string_view value : {"9223372036854775807",
                                         "9223372036854775808",
                                         "18446744073709551615",
                                         "18446744073709551616",
                                         "1e400",
                                         "-1e400",
                                         "1e308",
                                         "3155760001",
                                         "\"NaN\"",
                                         "\"nan\"",
                                         "\"inf\"",
                                         "\"-inf\"",
                                         "\"1e999\"",
                                         "\"soon\"",
                                         "\"\"",
                                         "\"3600s\"",
                                         "\" 3600\"",
                                         "\"0x10\"",
                                         "\"9223372036854775808\"",
                                         "true",
                                         "false",
                                         "[]",
                                         "[3600]",
                                         "{}"}) {
        CAPTURE(value);
        CHECK(read_as(expiry_kind::seconds, value) == reading{std::nullopt, 1});
    }
    CHECK(read_as(expiry_kind::seconds, "null") == reading{});
}

TEST_CASE("zero and less mean what the dialect says") {
    for (const std::string_view zero : {"0", "\"0\"", "0.0", "-0.0"}) {
        CAPTURE(zero);
        CHECK(read_as(expiry_kind::seconds, zero) == reading{0s});
        CHECK(read_as(expiry_kind::seconds, zero, zero_expiry::never) == reading{});
    }
    for (const std::string_view negative : {"-1", "\"-1\"", "-9223372036854775808", "-1.5"}) {
        CAPTURE(negative);
        CHECK(read_as(expiry_kind::seconds, negative) == reading{0s, 1});
        CHECK(read_as(expiry_kind::seconds, negative, zero_expiry::never) == reading{});
    }
}

TEST_CASE("milliseconds, and absolute times") {
    CHECK(read_as(expiry_kind::milliseconds, "1500") == reading{1500ms});
    CHECK(read_as(expiry_kind::unix_seconds, "1790003600") == reading{3600s});
    CHECK(read_as(expiry_kind::unix_seconds, "\"1790003600\"") == reading{3600s});
    CHECK(read_as(expiry_kind::unix_milliseconds, "1790003600250") == reading{3600250ms});
    CHECK(read_as(expiry_kind::unix_seconds, "1789996400") == reading{-3600s});
    CHECK(read_as(expiry_kind::unix_seconds, "0") == reading{0s});
    CHECK(read_as(expiry_kind::unix_seconds, "0", zero_expiry::never) == reading{});
    CHECK(read_as(expiry_kind::unix_seconds, "1790003600000") == reading{std::nullopt, 1});
    CHECK(read_as(expiry_kind::unix_milliseconds, "1e300") == reading{std::nullopt, 1});
}

TEST_CASE("ISO 8601") {
    CHECK(read_as(expiry_kind::iso8601, "\"2026-09-21T14:13:20Z\"") == reading{0s});
    CHECK(read_as(expiry_kind::iso8601, "\"2026-09-21T16:13:20.250+01:00\"") == reading{3600250ms});
    CHECK(read_as(expiry_kind::iso8601, "1790003600") == reading{std::nullopt, 1});
    CHECK(read_as(expiry_kind::iso8601, "\"tomorrow\"") == reading{std::nullopt, 1});
}

TEST_CASE("the first rule that is there and makes sense counts") {
    const std::vector<expiry_rule> both{{"/expires_in", expiry_kind::seconds}, {"/expires", expiry_kind::unix_seconds}};
    CHECK(read(both, R"({"expires": 498465465, "expires_in": 64646})") == reading{64646s});
    CHECK(read(both, R"({"expires": 1790000060})") == reading{60s});
    CHECK(read(both, R"({"expires": 1790000060, "expires_in": "?"})") == reading{60s, 1});
    CHECK(read(both, R"({"expires": 1790000060, "expires_in": null})") == reading{60s});
    CHECK(read(both, R"({})") == reading{});
}

TEST_CASE("a default lifetime counts from the reply, or from when the token was issued") {
    const std::vector<expiry_rule> issued{{"/issued_at", expiry_kind::issued_at_milliseconds}};
    CHECK(read({}, "{}", zero_expiry::expired, 7200s) == reading{7200s});
    CHECK(read(issued, R"({"issued_at": "1789999000000"})", zero_expiry::expired, 7200s) == reading{6200s});
    CHECK(read(issued, R"({"issued_at": "?"})", zero_expiry::expired, 7200s) == reading{7200s, 1});
    CHECK(read(issued, R"({"issued_at": "1789999000000"})") == reading{});
    CHECK(read({{"/e", expiry_kind::seconds}}, R"({"e": 0})", zero_expiry::never, 7200s) == reading{});
}

TEST_CASE("a warning names the field and not its value") {
    std::vector<std::string> warnings;
    const auto json = boost::json::parse(R"({"a": {"e": "secret"}, "n": -1})");
    CHECK(provider::read_expiry({{"/a/e", expiry_kind::seconds}, {"/n", expiry_kind::seconds}}, zero_expiry::expired,
                                {}, json, {.at = now}, warnings));
    CHECK(warnings == std::vector<std::string>{"a/e is not an expiry that can be read", "n is negative"});
}

TEST_CASE("a point in time is the provider's, and is brought to our clock") {
    struct provider_time {
        std::chrono::seconds ahead;  // so far our clock is
        std::string_view date;
    };
    const auto end = [](expiry_kind kind, std::string_view value, std::string_view date) {
        std::vector<std::string> warnings;
        const auto json = boost::json::parse("{\"e\": " + std::string(value) + "}");
        const auto lifetime = kind == expiry_kind::issued_at_milliseconds ? std::optional(60s) : std::nullopt;
        return provider::read_expiry({{"/e", kind}}, zero_expiry::expired, lifetime, json, {.at = now, .date = date},
                                     warnings);
    };
    for (const auto& [ahead, date] : {provider_time{0s, "Mon, 21 Sep 2026 14:13:20 GMT"},
                                      {7s, "Mon, 21 Sep 2026 14:13:13 GMT"},
                                      {-7s, "Mon, 21 Sep 2026 14:13:27 GMT"},
                                      {3600s, "Mon, 21 Sep 2026 13:13:20 GMT"},
                                      {-86'400s, "Tue, 22 Sep 2026 14:13:20 GMT"}}) {
        CAPTURE(ahead.count());
        CHECK(end(expiry_kind::unix_seconds, "1790003600", date) == now + 3600s + ahead);
        CHECK(end(expiry_kind::unix_milliseconds, "1790003600250", date) == now + 3600250ms + ahead);
        CHECK(end(expiry_kind::iso8601, "\"2026-09-21T15:13:20Z\"", date) == now + 3600s + ahead);
        CHECK(end(expiry_kind::issued_at_milliseconds, "1789999999000", date) == now + 59s + ahead);
        CHECK(end(expiry_kind::seconds, "3600", date) == now + 3600s);
        CHECK(end(expiry_kind::milliseconds, "3600", date) == now + 3600ms);
    }
}

TEST_CASE("a Date tells how far our clock is ahead, if it can be believed") {
    const auto ahead = [](std::string_view date, clock::wall_time received_at = now) {
        http_response response{200};
        response.add_header("date", date);
        return provider::arrival_of(response, received_at).ahead();
    };
    CHECK(provider::arrival_of(http_response{200}, now).ahead() == 0s);
    CHECK(provider::arrival_of(http_response{200}, now).at == now);
    CHECK(ahead("Mon, 21 Sep 2026 14:13:20 GMT") == 0s);
    CHECK(ahead("Mon, 21 Sep 2026 14:13:20 GMT", now + 999ms) == 0s);  // a Date has no fraction
    CHECK(ahead("Mon, 21 Sep 2026 14:12:50 GMT", now + 1ms) == 30s);
    CHECK(ahead("Mon, 21 Sep 2026 15:13:20 GMT") == -3600s);
    CHECK(ahead("Tue, 22 Sep 2026 14:13:20 GMT") == -86'400s);
    for (const char* unbelievable :
         {"Tue, 22 Sep 2026 14:13:21 GMT", "Sun, 20 Sep 2026 14:13:19 GMT", "Thu, 01 Jan 1970 00:00:00 GMT",
          "Fri, 01 Jan 2199 00:00:00 GMT", "Fri, 01 Jan 9999 00:00:00 GMT", "1790003600", "", "soon"}) {
        CAPTURE(unbelievable);
        CHECK(ahead(unbelievable) == 0s);
    }
}

TEST_CASE("timestamps are read strictly") {
    using provider::parse_http_date;
    using provider::parse_iso8601;
    const clock::wall_time noon{std::chrono::sys_days{std::chrono::January / 11 / 2026} + 12h};
    for (const char* good :
         {"2026-01-11T12:00:00Z", "2026-01-11t12:00:00z", "2026-01-11 12:00:00", "2026-01-11T14:30:00+02:30",
          "2026-01-11T04:00:00-0800", "2026-01-11T12:00:00.000Z", "2026-01-11T12:00:00,0000001Z"}) {
        CAPTURE(good);
        CHECK(parse_iso8601(good) == noon);
    }
    for (const char* bad :
         {"", "2026-01-11", "2026-01-11T12:00Z", "2026-13-11T12:00:00Z", "2026-02-29T12:00:00Z", "2026-01-11T24:00:00Z",
          "2026-01-11T12:60:00Z", "2026-01-11T12:00:00.Z", "2026-01-11T12:00:00Zx", "2026-01-11T12:00:00+2",
          " 2026-01-11T12:00:00Z", "9999-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "2026-01-11T-2:00:00Z"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_iso8601(bad));
    }
    CHECK(parse_http_date("Sun, 11 Jan 2026 12:00:00 GMT") == noon);
    for (const char* bad :
         {"", "Sun, 11 Jan 2026 12:00:00", "Sunday, 11-Jan-26 12:00:00 GMT", "Sun Jan 11 12:00:00 2026",
          "Sun, 31 Feb 2026 12:00:00 GMT", "Sun, 11 Jan 2026 25:00:00 GMT"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_http_date(bad));
    }
}
