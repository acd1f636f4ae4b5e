#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace game_backend {

struct arguments {
    std::size_t players = 5'000;
    unsigned seconds = 60;
    unsigned threads = 2;
    bool apart = false;
};

/// Nothing where the program has to end at once: help was asked for, or the command line is wrong. `status` says how.
[[nodiscard]] std::optional<arguments> read_command_line(int count, char** words, int& status);

}  // namespace game_backend
