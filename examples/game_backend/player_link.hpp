#pragma once

#include <string>

namespace game_backend {

/// The game's connection to a player's client. Here a simulated client is at its other end (`crowd`).
///
/// Threads: it is called on the game's strand and returns at once.
class player_link {
public:
    virtual ~player_link() = default;

    /// Have the player log in there. The cookie belongs to this login: the client's browser takes it along.
    virtual void open_browser(std::string url, std::string cookie) = 0;

    /// The player is in the game.
    virtual void welcome(std::string name) = 0;

    /// Something that the player should know; the game goes on.
    virtual void tell(std::string text) = 0;

    /// The last word: why the player is not, or no longer, in the game.
    virtual void goodbye(std::string why) = 0;
};

}  // namespace game_backend
