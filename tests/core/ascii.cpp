#include "core/ascii.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

TEST_CASE("a byte out of range is found wherever it stands, and none is found where there is none") {
    for (const auto& [least, greatest] : {std::pair{' ', '~'}, std::pair{'!', '~'}, std::pair{'0', '9'}}) {
        for (std::size_t length = 0; length != 20; ++length) {
            std::string text(length, '5');
            CHECK(coauth::all_between(text, least, greatest));
            for (std::size_t at = 0; at != length; ++at) {
                for (int value = 0; value != 256; ++value) {
                    text[at] = static_cast<char>(value);
                    REQUIRE(coauth::all_between(text, least, greatest) == (value >= least && value <= greatest));
                }
                text[at] = greatest;
            }
            CHECK(coauth::all_between(text, least, greatest));
        }
    }
}

TEST_CASE("a byte out of range is found in a long text too") {
    for (const std::size_t length : {255U, 256U, 257U, 263U, 264U, 519U, 807U}) {
        std::string text(length, '5');
        CHECK(coauth::all_between(text, '0', '9'));
        for (std::size_t at = 0; at != length; ++at) {
            for (const char outside : {'\0', '/', ':', '\x80', '\xff'}) {
                text[at] = outside;
                REQUIRE_FALSE(coauth::all_between(text, '0', '9'));
            }
            text[at] = at % 2 == 0 ? '0' : '9';
        }
        CHECK(coauth::all_between(text, '0', '9'));
    }
}

TEST_CASE("the bytes in range end at the first that is not, whatever stands around it") {
    const auto is_outside = [](char c) { return c < '0' || c > '9'; };
    for (const char behind : {'5', '\0', '/', ':', '\x7f', '\x80', '\xff'}) {
        for (std::size_t length = 0; length != 20; ++length) {
            CHECK(coauth::length_between(std::string(length, '5'), '0', '9') == length);
            for (std::size_t at = 0; at != length; ++at) {
                std::string text = std::string(at, at % 2 == 0 ? '0' : '9') + std::string(length - at, behind);
                for (int value = 0; value != 256; ++value) {
                    text[at] = static_cast<char>(value);
                    const auto first = std::find_if(text.begin(), text.end(), is_outside);
                    REQUIRE(coauth::length_between(text, '0', '9') == static_cast<std::size_t>(first - text.begin()));
                }
            }
        }
    }
}
