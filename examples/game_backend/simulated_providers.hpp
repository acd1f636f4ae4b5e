#pragma once

#include "game_backend/context_threads.hpp"

#include <coauth/http/awaitable.hpp>
#include <coauth/http/pool_options.hpp>
#include <coauth/provider/credentials.hpp>
#include <coauth/sandbox/server.hpp>

#include <chrono>
#include <map>
#include <string>

namespace game_backend {

/// The sandbox, on threads of its own, and what goes wrong at one of its providers while the game runs.
class simulated_providers {
public:
    simulated_providers();
    ~simulated_providers();

    simulated_providers(const simulated_providers&) = delete;
    simulated_providers& operator=(const simulated_providers&) = delete;

    /// How to reach them, for the game and for the players.
    [[nodiscard]] coauth::pool_options reach() const;

    /// Who the game is to each of them.
    [[nodiscard]] const std::map<std::string, coauth::credentials>& registrations() const { return registrations_; }

    /// From now on, for so long: tokens are short-lived, and HitKey is slow for a while, then down, then well again.
    void begin_trouble(std::chrono::milliseconds length);

private:
    coauth::awaitable<void> trouble(std::chrono::milliseconds length);

    context_threads threads_{2};
    coauth::sandbox::server sandbox_;
    std::map<std::string, coauth::credentials> registrations_;
};

}  // namespace game_backend
