#include "tests/cache/store_contract.hpp"

#include <coauth/cache/memory_store.hpp>

#include <doctest/doctest.h>

std::unique_ptr<coauth::token_store> coauth::test::new_store(std::shared_ptr<const coauth::clock> clock) {
    return std::make_unique<memory_store>(std::move(clock));
}

TEST_CASE("two stores share nothing") {
    coauth::memory_store one;
    coauth::memory_store other;
    const coauth::token_key key{"hike", "ann"};
    REQUIRE(coauth::test::run(one.commit(key, coauth::test::record_of("at"), 0)));
    CHECK_FALSE(coauth::test::run(other.load(key)));
}
