#include "tests/sqlite/scratch.hpp"

#include <deque>

std::unique_ptr<coauth::token_store> coauth::test::new_store(std::shared_ptr<const coauth::clock> clock) {
    static std::deque<scratch> folders;  // a store must not outlive its folder
    return std::make_unique<sqlite_store>(folders.emplace_back() / "tokens.db", sealed(),
                                          sqlite_options{.clock = std::move(clock)});
}
