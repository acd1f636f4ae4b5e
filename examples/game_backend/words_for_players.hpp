#pragma once

#include <coauth/core/error.hpp>

#include <exception>
#include <string>

namespace game_backend {

/// What a player reads where a call of the provider's API failed: what happened, and what to do. Nothing of the
/// provider's own words.
[[nodiscard]] std::string words_for_player(const coauth::failure& why, const std::string& provider);

/// Why a player's coroutine ended.
struct parting {
    std::string reason;  ///< "access_denied": for the table.
    std::string text;    ///< For the player.
};
[[nodiscard]] parting parting_of(const std::exception_ptr& thrown, const std::string& provider);

}  // namespace game_backend
