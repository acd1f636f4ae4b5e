#include "core/counted_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using coauth::append_counted;
using coauth::take_counted;

TEST_CASE("texts one behind the other are read back, whatever is in them") {
    const std::vector<std::string> texts{"ann", "", "3:ann", std::string("\0:", 2), std::string(1000, ':')};
    std::string all;
    for (const std::string& each : texts) {
        append_counted(all, each);
    }
    CHECK(all.starts_with("3:ann0:5:3:ann"));
    std::string_view rest = all;
    for (const std::string& each : texts) {
        CHECK(take_counted(rest) == each);
    }
    CHECK(rest.empty());
    CHECK_FALSE(take_counted(rest));
}

TEST_CASE("what is cut, or written in another way, is not read, and stays where it is") {
    for (const std::string_view wrong : {"", "3", "3:", "3:an", ":ann", "03:ann", "+3:ann", "-1:a", " 3:ann", "3 :ann",
                                         "x:ann", "99999999999999999999:ann", "18446744073709551615:ann"}) {
        CAPTURE(wrong);
        std::string_view rest = wrong;
        CHECK_FALSE(take_counted(rest));
        CHECK(rest == wrong);
    }
}
