#include <coauth/core/secret.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

using coauth::secret;

template <class T>
concept streamable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!streamable<secret>, "a secret cannot be printed");
static_assert(!std::is_convertible_v<secret, std::string>);
static_assert(!std::is_convertible_v<std::string, secret>, "a secret is made on purpose");

TEST_CASE("a secret gives its characters only when asked") {
    CHECK(secret{"hunter2"}.reveal() == "hunter2");
    CHECK(secret{}.empty());
    CHECK_FALSE(secret{"x"}.empty());
}

TEST_CASE("secrets compare by their characters") {
    CHECK(secret{"abc"} == secret{"abc"});
    CHECK_FALSE(secret{"abc"} == secret{"abd"});
    CHECK_FALSE(secret{"abc"} == secret{"ab"});
    CHECK(secret{} == secret{""});
    CHECK(coauth::equal_in_constant_time("state", "state"));
    CHECK_FALSE(coauth::equal_in_constant_time("state", "State"));
}

TEST_CASE("wiping overwrites a string's memory, the part beyond its size too") {
    for (std::string text : {"a refresh token that is too long for the small buffer", "a short secret"}) {
        text.resize(2);
        const char* memory = text.data();
        const std::size_t capacity = text.capacity();
        coauth::wipe(text);
        CHECK(text.empty());
        CHECK(std::string(memory, capacity) == std::string(capacity, '\0'));
    }
}

TEST_CASE("a moved-from secret keeps nothing, in the small buffer neither") {
    for (const std::string value : {"short", "a secret that is far too long for the small buffer of a string"}) {
        secret from{value};
        const secret to = std::move(from);
        CHECK(to.reveal() == value);
        CHECK(from.empty());  // NOLINT(bugprone-use-after-move): what is asserted
        secret assigned{"old"};
        assigned = secret{value};
        CHECK(assigned.reveal() == value);
        const secret copy = assigned;
        assigned = copy;
        CHECK(assigned == to);
    }
}

TEST_CASE("nothing of a short secret stays where it was moved from, or copied by the way") {
    const std::string value = "Sh0rt!x9";
    const auto shows = [&](const secret& where) {
        return std::string{reinterpret_cast<const char*>(&where), sizeof where}.find(value.substr(1)) !=
               std::string::npos;
    };
    for (const std::string old : {"", "old", "an old secret that has memory of its own, and is far too long"}) {
        secret from{value};
        REQUIRE(shows(from));
        secret to{old};
        to = std::move(from);
        CHECK(to.reveal() == value);
        CHECK_FALSE(shows(from));  // NOLINT(bugprone-use-after-move): what is asserted
    }
}

TEST_CASE("assigning a secret to itself keeps it") {
    secret value{"kept"};
    secret& same = value;
    value = same;
    value = std::move(same);
    CHECK(value.reveal() == "kept");
}
