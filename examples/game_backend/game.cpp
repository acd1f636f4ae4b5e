#include "game_backend/game.hpp"

#include "game_backend/wait_until.hpp"
#include "game_backend/words_for_players.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace game_backend {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto tick_interval = 50ms;

}  // namespace

game::game(asio::io_context& context, login_desk& desk, std::chrono::milliseconds patience)
    : desk_{desk}, patience_{patience}, strand_{asio::make_strand(context)}, next_tick_{ticks_on_} {}

// The world.

void game::start() {
    asio::co_spawn(ticks_on_, tick(), asio::detached);
}

coauth::awaitable<void> game::tick() {
    for (auto due = std::chrono::steady_clock::now();;) {
        due += tick_interval;
        meter_.expect_tick(due);
        next_tick_.expires_at(due);
        co_await next_tick_.async_wait(asio::use_awaitable);
        if (closing_) {
            break;
        }
        meter_.tick_begins(std::chrono::steady_clock::now());
        move_players();
    }
}

void game::move_players() {
    for (const auto& [id, who] : players_) {
        if (who->playing) {
            who->position += std::chrono::duration<double>{tick_interval}.count();
        }
    }
}

void game::close() {
    asio::post(strand_, [this] {
        closing_ = true;
        meter_.stop();
        for (const auto& [id, who] : players_) {
            who->leaves.emit(asio::cancellation_type::terminal);
        }
    });
}

// The players.

void game::join(std::size_t id, std::string provider, std::shared_ptr<player_link> link) {
    const auto who = std::make_shared<player>();
    who->id = id;
    who->provider = std::move(provider);
    who->link = std::move(link);
    asio::post(players_on_, [this, who] {
        ++tally_.joined;
        players_.emplace(who->id, who);
        asio::co_spawn(players_on_, play(who),
                       asio::bind_cancellation_slot(
                           who->leaves.slot(), [this, who](const std::exception_ptr& why) { part_from(who, why); }));
    });
}

void game::leave(std::size_t id) {
    asio::post(players_on_, [this, id] {
        const auto found = players_.find(id);
        if (found != players_.end()) {
            const player_ptr who = found->second;
            who->leaves.emit(asio::cancellation_type::terminal);
        }
    });
}

coauth::awaitable<void> game::play(player_ptr who) {
    const coauth::login_session_ptr session = co_await log_in(who);
    ++tally_.logged_in;
    who->playing = true;
    who->link->welcome(session->who && session->who->name ? *session->who->name : session->key.account());
    for (;;) {
        co_await wait_for(some_time(patience_ / 4, patience_));
        co_await call_provider(who, session->key);
    }
}

std::chrono::milliseconds game::some_time(std::chrono::milliseconds least, std::chrono::milliseconds most) {
    return std::chrono::milliseconds{std::uniform_int_distribution{least.count(), most.count()}(dice_)};
}

coauth::awaitable<coauth::login_session_ptr> game::log_in(player_ptr who) {
    coauth::pending_login begun = desk_.begin(who->provider, "player-" + std::to_string(who->id));
    who->link->open_browser(begun.url(), begun.cookie());
    try {
        co_return co_await begun.completed(patience_);
    } catch (...) {
        begun.abandon();  // a browser that comes back later is told that it is over
        throw;
    }
}

coauth::awaitable<void> game::call_provider(player_ptr who, coauth::token_key key) {
    const coauth::client api = desk_.client_of(who->provider);
    try {
        if (api.profile().has("userinfo")) {
            const auto ask = [&api](coauth::token_ptr with) { return api.userinfo(*with); };
            const coauth::identity seen = co_await desk_.cache().with_token(key, ask);
        } else {
            const coauth::token_ptr good = co_await desk_.cache().get(key);  // for whatever its API is
        }
        ++tally_.calls;
    } catch (const coauth::error& failed) {
        if (failed.reason() == coauth::errc::cancelled) {
            throw;
        }
        ++tally_.failed_calls[std::string{name_of(failed.reason())}];
        who->link->tell(words_for_player(failed.details(), api.profile().title()));
    }
}

/// However it ended, the player hears why.
void game::part_from(const player_ptr& who, const std::exception_ptr& why) {
    const parting told = parting_of(why, desk_.client_of(who->provider).profile().title());
    if (who->playing) {
        ++tally_.left_playing;
    } else {
        ++tally_.not_logged_in[told.reason];
    }
    who->link->goodbye(told.text);
    players_.erase(who->id);
}

}  // namespace game_backend
