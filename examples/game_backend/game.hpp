#pragma once

#include "game_backend/busy_meter.hpp"
#include "game_backend/login_desk.hpp"
#include "game_backend/metered_executor.hpp"
#include "game_backend/player.hpp"
#include "game_backend/player_link.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <random>
#include <string>

namespace game_backend {

/// What the game counts, by the name of the reason ("access_denied") where there is one.
struct game_tally {
    std::uint64_t joined = 0;
    std::uint64_t logged_in = 0;
    std::map<std::string, std::uint64_t> not_logged_in;
    std::uint64_t left_playing = 0;
    std::uint64_t calls = 0;
    std::map<std::string, std::uint64_t> failed_calls;
};

/// A game: a world that moves on every 50 ms, on one strand, and a coroutine for each player on the same strand.
///
/// Threads: `join`, `leave` and `close` from any. Lifetime: the context's threads have to be stopped before it dies.
class game {
public:
    /// A player who has not logged in after `patience` is told so; later the provider's API is called for each player
    /// at least as often.
    game(boost::asio::io_context& context, login_desk& desk, std::chrono::milliseconds patience);

    /// Begins to tick.
    void start();

    void join(std::size_t id, std::string provider, std::shared_ptr<player_link> link);
    void leave(std::size_t id);

    /// Ends the ticks and sends everybody home.
    void close();

    // Read when the context's threads have ended.
    [[nodiscard]] const busy_meter& meter() const noexcept { return meter_; }
    [[nodiscard]] const game_tally& tally() const noexcept { return tally_; }

private:
    using strand = boost::asio::strand<boost::asio::io_context::executor_type>;

    coauth::awaitable<void> tick();
    void move_players();

    coauth::awaitable<void> play(player_ptr who);
    coauth::awaitable<coauth::login_session_ptr> log_in(player_ptr who);
    [[nodiscard]] std::chrono::milliseconds some_time(std::chrono::milliseconds least, std::chrono::milliseconds most);
    coauth::awaitable<void> call_provider(player_ptr who, coauth::token_key key);
    void part_from(const player_ptr& who, const std::exception_ptr& why);

    login_desk& desk_;
    const std::chrono::milliseconds patience_;
    busy_meter meter_;
    const strand strand_;
    const metered_executor<strand> ticks_on_{strand_, meter_, account::game};
    const metered_executor<strand> players_on_{strand_, meter_, account::logins};
    boost::asio::steady_timer next_tick_;
    std::map<std::size_t, player_ptr> players_;
    std::minstd_rand dice_{1};
    bool closing_ = false;
    game_tally tally_;
};

}  // namespace game_backend
