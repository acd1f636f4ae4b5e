// A game backend: 5,000 players log in within a minute while the game ticks every 50 ms. See docs/game-backend.md.
#include "game_backend/command_line.hpp"
#include "game_backend/context_threads.hpp"
#include "game_backend/crowd.hpp"
#include "game_backend/game.hpp"
#include "game_backend/login_desk.hpp"
#include "game_backend/report.hpp"
#include "game_backend/simulated_providers.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>

namespace {

using namespace game_backend;
using namespace std::chrono_literals;

/// How long players wait for what is under way, beyond every limit of the game's own.
constexpr auto grace = 60s;

/// Returns the exit status: 1 if a player was lost, who was neither let in nor told why.
int run(const arguments& given) {
    const std::chrono::milliseconds time = std::chrono::seconds{given.seconds};
    const auto patience = std::max<std::chrono::milliseconds>(2s, time / 6);
    simulated_providers providers;
    context_threads game_threads{given.threads};
    std::optional<context_threads> apart;
    if (given.apart) {
        apart.emplace(1U);
    }
    boost::asio::io_context& where = apart ? apart->context() : game_threads.context();
    login_desk desk{where.get_executor(), providers.reach(), providers.registrations()};
    game hall{game_threads.context(), desk, patience};
    crowd players{given.players, hall, desk, where, providers.reach()};
    auto all_have_a_word = players.all_have_a_word();
    auto all_are_home = players.all_are_home();

    std::printf("%zu players join within %u s; the game has %u threads%s\n", given.players, given.seconds,
                given.threads, given.apart ? ", coauth one of its own" : ", and coauth works on the same");
    hall.start();
    providers.begin_trouble(time);
    players.join_within(time);
    all_have_a_word.wait_for(time + patience + grace);
    hall.close();
    all_are_home.wait_for(grace);
    boost::asio::co_spawn(where, desk.close(), boost::asio::use_future).get();
    players.stop();
    game_threads.stop();
    print(hall, players, desk);

    std::printf("\nlost: %zu; still there when the game was over: %zu\n", players.without_a_word(), players.not_home());
    return players.without_a_word() == 0 && players.not_home() == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
    int status = 0;
    const auto given = read_command_line(count, words, status);
    if (!given) {
        return status;
    }
    try {
        return run(*given);
    } catch (const std::exception& why) {
        std::fprintf(stderr, "%s\n", why.what());
        return 1;
    }
}
