#pragma once

#include "game_backend/crowd.hpp"
#include "game_backend/game.hpp"
#include "game_backend/login_desk.hpp"

namespace game_backend {

/// Prints what happened, as a table.
void print(const game& played, const crowd& players, const login_desk& desk);

}  // namespace game_backend
