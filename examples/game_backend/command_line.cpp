#include "game_backend/command_line.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace game_backend {

std::optional<arguments> read_command_line(int count, char** words, int& status) {
    arguments given;
    CLI::App app{"A game whose players log in at the sandbox's five providers while it ticks every 50 ms."};
    app.add_option("--players", given.players, "how many join")->capture_default_str()->check(CLI::Range(1, 1'000'000));
    app.add_option("--seconds", given.seconds, "within which time")->capture_default_str()->check(CLI::Range(1, 3'600));
    app.add_option("--threads", given.threads, "of the game's context")
        ->capture_default_str()
        ->check(CLI::Range(1, 64));
    app.add_flag("--apart", given.apart, "coauth works on a thread of its own, not on the game's");
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& thrown) {
        status = app.exit(thrown);
        return std::nullopt;
    }
    return given;
}

}  // namespace game_backend
