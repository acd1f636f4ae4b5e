#include <coauth/core/port.hpp>

#include <doctest/doctest.h>

TEST_CASE("a port is a number up to 65535 and nothing else") {
    CHECK(coauth::parse_port("443") == 443);
    CHECK(coauth::parse_port("0") == 0);
    CHECK(coauth::parse_port("65535") == 65535);
    for (const char* wrong :
         {"65536", "99999", "105315", "4294967739", "", " 443", "443 ", "+443", "-1", "0x1bb", "443a"}) {
        CAPTURE(wrong);
        CHECK_FALSE(coauth::parse_port(wrong));
    }
}
