#include <coauth/core/manual_clock.hpp>
#include <coauth/core/parameters.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace std::chrono_literals;

TEST_CASE("parameters are written as pairs and found by name") {
    const coauth::parameters values{{"user", "ann"}, {"page", "2"}};
    REQUIRE(values.find("user"));
    CHECK(*values.find("user") == "ann");
    CHECK(*values.find("page") == "2");
    CHECK_FALSE(values.find("pag"));
    CHECK(coauth::parameters{}.empty());
}

TEST_CASE("a value added again replaces the old one, in its place") {
    coauth::parameters values{{"a", "1"}, {"b", "2"}};
    values.add("a", "3").add("c", "");
    std::string all;
    for (const coauth::parameter& each : values) {
        all += each.name + "=" + each.value + ";";
    }
    CHECK(all == "a=3;b=2;c=;");
}

TEST_CASE("a manual clock turns both its times") {
    coauth::manual_clock clock{coauth::clock::wall_time{100s}};
    const auto steady = clock.steady_now();
    CHECK(clock.now() == coauth::clock::wall_time{100s});
    clock.advance(90s);
    CHECK(clock.now() == coauth::clock::wall_time{190s});
    CHECK(clock.steady_now() - steady == 90s);
    CHECK(steady > coauth::clock::steady_time{});
}
