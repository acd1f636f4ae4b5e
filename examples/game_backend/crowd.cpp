#include "game_backend/crowd.hpp"

#include "game_backend/wait_until.hpp"

#include <coauth/sandbox/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace game_backend {

namespace asio = boost::asio;

namespace {

/// Of how many in a hundred each habit is, in the order of `habit`: stay, say no, never come back, leave.
constexpr std::initializer_list<double> habits{78, 4, 4, 4, 10};

coauth::http_request click(std::string_view url, std::size_t who, bool says_no) {
    coauth::http_request request{"GET", url};
    request.add_header("X-Sandbox-Decision", says_no ? "deny" : "allow");
    request.add_header("X-Sandbox-User", "player-" + std::to_string(who + 1));
    return request;
}

}  // namespace

/// One player's end of the connection: whatever the game sends is taken up on the crowd's thread.
class crowd::client final : public player_link {
public:
    client(crowd& of, std::size_t who) : crowd_{of}, who_{who} {}

    void open_browser(std::string url, std::string cookie) override {
        asio::post(crowd_.thread_.context(), [&to = crowd_, who = who_, url = std::move(url),
                                              cookie = std::move(cookie)] { to.opened(who, url, cookie); });
    }
    void welcome(std::string) override {
        asio::post(crowd_.thread_.context(), [&to = crowd_, who = who_] { to.welcomed(who); });
    }
    void tell(std::string text) override {
        asio::post(crowd_.thread_.context(), [&to = crowd_, text = std::move(text)] { to.told(text); });
    }
    void goodbye(std::string why) override {
        asio::post(crowd_.thread_.context(),
                   [&to = crowd_, who = who_, why = std::move(why)] { to.sent_away(who, why); });
    }

private:
    crowd& crowd_;
    const std::size_t who_;
};

crowd::crowd(std::size_t players, game& at, login_desk& desk, asio::io_context& pages_on, coauth::pool_options browsing)
    : game_{at},
      desk_{desk},
      pages_on_{pages_on},
      browsers_{thread_.context().get_executor(), std::move(browsing)},
      people_(players),
      without_a_word_{players},
      not_home_{players} {
    std::discrete_distribution<int> chance{habits};
    for (person& each : people_) {
        each.likes = static_cast<habit>(chance(dice_));
    }
}

crowd::~crowd() {
    stop();
}

void crowd::stop() {
    thread_.stop();
}

// What they do.

void crowd::join_within(std::chrono::milliseconds time) {
    joining_ = time;
    asio::co_spawn(thread_.context(), arrive(time), asio::detached);
}

std::chrono::milliseconds crowd::some_time(std::chrono::milliseconds most) {
    return std::chrono::milliseconds{
        std::uniform_int_distribution<std::chrono::milliseconds::rep>{0, most.count()}(dice_)};
}

/// Each at a random time of his own: together they come as a Poisson process does.
coauth::awaitable<void> crowd::arrive(std::chrono::milliseconds within) {
    const std::vector<std::string> providers = coauth::sandbox::server::providers();
    std::vector<std::chrono::milliseconds> times;
    for (std::size_t i = 0; i < people_.size(); ++i) {
        times.push_back(some_time(within));
    }
    std::sort(times.begin(), times.end());
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t who = 0; who < times.size(); ++who) {
        co_await wait_until(begin + times[who]);
        game_.join(who, providers[who % providers.size()], std::make_shared<client>(*this, who));
    }
}

void crowd::opened(std::size_t who, std::string url, std::string cookie) {
    const habit likes = people_[who].likes;
    if (likes != habit::never_comes_back) {
        asio::co_spawn(thread_.context(), log_in(who, std::move(url), std::move(cookie)), asio::detached);
    }
    if (likes == habit::leaves_while_logging_in) {
        asio::co_spawn(thread_.context(), leave_within(who, joining_ / 20), asio::detached);
    }
}

/// The player looks at the provider's page, says yes or no, and is sent to the game's redirect URI, as a browser is.
coauth::awaitable<void> crowd::log_in(std::size_t who, std::string url, std::string cookie) {
    co_await wait_for(some_time(joining_ / 30));
    const bool says_no = people_[who].likes == habit::says_no;
    const coauth::http_response page = co_await browsers_.send(click(url, who, says_no));
    std::string callback{page.header("Location").value_or("")};
    std::string fragment;
    if (const std::size_t at = callback.find('#'); at != callback.npos) {
        fragment = callback.substr(at + 1);  // a server does not see it: the page there passes it on
        callback.resize(at);
    }
    auto finishing = desk_.complete(std::move(callback), std::move(cookie), std::move(fragment));
    const coauth::login_answer shown = co_await asio::co_spawn(pages_on_, std::move(finishing), asio::use_awaitable);
    ++tally_.pages[shown.status];
}

coauth::awaitable<void> crowd::leave_within(std::size_t who, std::chrono::milliseconds time) {
    co_await wait_for(some_time(time));
    game_.leave(who);
}

// What they hear.

void crowd::welcomed(std::size_t who) {
    hear(who);
    if (people_[who].likes == habit::leaves_while_playing) {
        asio::co_spawn(thread_.context(), leave_within(who, joining_ / 3), asio::detached);
    }
}

void crowd::told(std::string text) {
    ++tally_.told;
    tally_.example = std::move(text);
}

void crowd::sent_away(std::size_t who, std::string why) {
    if (!people_[who].has_a_word) {
        tally_.example = std::move(why);
    }
    hear(who);
    if (--not_home_ == 0) {
        all_are_home_.set_value();
    }
}

void crowd::hear(std::size_t who) {
    if (!std::exchange(people_[who].has_a_word, true) && --without_a_word_ == 0) {
        all_have_a_word_.set_value();
    }
}

}  // namespace game_backend
