#include "game_backend/report.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace game_backend {

namespace {

using milliseconds = std::chrono::duration<double, std::milli>;

void row(const std::string& name, std::uint64_t count) {
    std::printf("  %-44s%10llu\n", name.c_str(), static_cast<unsigned long long>(count));
}

void row(const std::string& name, std::chrono::nanoseconds time) {
    std::printf("  %-44s%10.3f ms\n", name.c_str(), milliseconds{time}.count());
}

/// The value below which `share` of them lie.
std::chrono::nanoseconds quantile(std::vector<std::chrono::nanoseconds> values, double share) {
    if (values.empty()) {
        return {};
    }
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

void print_logins(const game_tally& game, const crowd_tally& players) {
    std::printf("\nLogins\n");
    row("joined", game.joined);
    row("in the game", game.logged_in);
    for (const auto& [reason, count] : game.not_logged_in) {
        row("told why not: " + reason, count);
    }
    for (const auto& [status, count] : players.pages) {
        row("callbacks answered with " + std::to_string(status), count);
    }
}

void print_tokens(const game_tally& game, const crowd_tally& players, const login_desk& desk) {
    const coauth::cache_statistics tokens = desk.tokens();
    std::printf("\nTokens and calls\n");
    row("calls of a provider's API", game.calls);
    for (const auto& [reason, count] : game.failed_calls) {
        row("failed, and the player told: " + reason, count);
    }
    row("refreshes", tokens.refreshes);
    row("failed refreshes", tokens.refresh_failures);
    row("connections opened", desk.connections().opened);
    if (players.told != 0) {
        std::printf("  a player was told: %s\n", players.example.c_str());
    }
}

void print_ticks(const busy_meter& meter) {
    std::vector<std::chrono::nanoseconds> late;
    std::vector<std::chrono::nanoseconds> held_up;
    for (const busy_meter::tick& each : meter.ticks()) {
        late.push_back(each.late);
        held_up.push_back(each.held_up);
    }
    std::printf("\nTicks\n");
    row("ticks", late.size());
    row("late, median", quantile(late, 0.5));
    row("late, 99 of 100 at most", quantile(late, 0.99));
    row("late, longest", quantile(late, 1));
    std::printf("\nCPU time on the game's strand\n");
    for (const auto& [whose, name] : {std::pair{account::game, "the game"}, {account::logins, "coauth"}}) {
        const busy_meter::usage& used = meter.used_by(whose);
        row(std::string{name} + ", handlers", used.handlers);
        row(std::string{name} + ", in all", used.total);
        row(std::string{name} + ", longest in one go", used.longest);
    }
    row("a tick held up by coauth, 99 of 100 at most", quantile(held_up, 0.99));
    row("a tick held up by coauth, longest", quantile(held_up, 1));
}

}  // namespace

void print(const game& played, const crowd& players, const login_desk& desk) {
    print_logins(played.tally(), players.tally());
    print_tokens(played.tally(), players.tally(), desk);
    print_ticks(played.meter());
}

}  // namespace game_backend
