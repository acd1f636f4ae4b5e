#pragma once

#include "game_backend/context_threads.hpp"
#include "game_backend/game.hpp"
#include "game_backend/login_desk.hpp"

#include <coauth/http/connection_pool.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace game_backend {

/// What the players were told, as their clients have it.
struct crowd_tally {
    std::uint64_t told = 0;                   ///< Of trouble, in the game.
    std::map<unsigned, std::uint64_t> pages;  ///< What the game's redirect URIs answered, by status.
    std::string example;                      ///< One of the things that they were told.
};

/// The players: a client with a browser each, all on one thread of their own. They join at random times, log in at
/// the providers in turn, and some do what players do: say no, leave in the middle, or never come back.
class crowd {
public:
    /// They join `at`, where callbacks are completed on `pages_on`.
    crowd(std::size_t players, game& at, login_desk& desk, boost::asio::io_context& pages_on,
          coauth::pool_options browsing);
    ~crowd();

    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;

    /// They join within `time`. Once.
    void join_within(std::chrono::milliseconds time);

    /// Ready when every player has had a welcome or a goodbye.
    [[nodiscard]] std::future<void> all_have_a_word() { return all_have_a_word_.get_future(); }

    /// Ready when every player has had a goodbye.
    [[nodiscard]] std::future<void> all_are_home() { return all_are_home_.get_future(); }

    /// Ends its thread; what it counted may be read then.
    void stop();
    [[nodiscard]] const crowd_tally& tally() const noexcept { return tally_; }
    [[nodiscard]] std::size_t without_a_word() const noexcept { return without_a_word_; }
    [[nodiscard]] std::size_t not_home() const noexcept { return not_home_; }

private:
    enum class habit { stays, says_no, never_comes_back, leaves_while_logging_in, leaves_while_playing };
    struct person {
        habit likes{};
        bool has_a_word = false;
    };
    class client;

    [[nodiscard]] std::chrono::milliseconds some_time(std::chrono::milliseconds most);
    coauth::awaitable<void> arrive(std::chrono::milliseconds within);
    coauth::awaitable<void> log_in(std::size_t who, std::string url, std::string cookie);
    coauth::awaitable<void> leave_within(std::size_t who, std::chrono::milliseconds time);
    void opened(std::size_t who, std::string url, std::string cookie);
    void welcomed(std::size_t who);
    void told(std::string text);
    void sent_away(std::size_t who, std::string why);
    void hear(std::size_t who);

    game& game_;
    login_desk& desk_;
    boost::asio::io_context& pages_on_;
    context_threads thread_{1};
    coauth::connection_pool browsers_;
    std::mt19937 dice_{1};
    std::vector<person> people_;
    std::chrono::milliseconds joining_{};
    std::size_t without_a_word_;
    std::size_t not_home_;
    std::promise<void> all_have_a_word_;
    std::promise<void> all_are_home_;
    crowd_tally tally_;
};

}  // namespace game_backend
