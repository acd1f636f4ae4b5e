#pragma once

#include "game_backend/player_link.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace game_backend {

/// Somebody who plays, or is about to. Only touched on the game's strand.
struct player {
    std::size_t id = 0;
    std::string provider;
    std::shared_ptr<player_link> link;
    boost::asio::cancellation_signal leaves;  ///< Ends the player's coroutine, wherever it waits.
    bool playing = false;
    double position = 0;
};

using player_ptr = std::shared_ptr<player>;

}  // namespace game_backend
