#include "game_backend/simulated_providers.hpp"

#include "game_backend/wait_until.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace game_backend {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr const char* troubled = "hitkey";
constexpr unsigned always = 1'000'000'000;

coauth::credentials register_at(coauth::sandbox::server& sandbox, const std::string& provider) {
    coauth::sandbox::application game;
    game.client_id = "game";
    game.client_secret = "game-secret";
    game.redirect_uris = {"https://game.example/callback/" + provider};
    game.name = "The game";
    game.description = "A game that tries its logins";
    coauth::credentials ours{game.client_id, coauth::secret{game.client_secret}, game.redirect_uris.front()};
    sandbox.register_application(provider, std::move(game));
    return ours;
}

void set_down(coauth::sandbox::server& sandbox, bool down) {
    coauth::sandbox::fault fault;
    fault.retry_after = 1s;
    fault.times = down ? always : 0;
    for (const char* endpoint : {"POST /oauth/token", "GET /oauth/userinfo"}) {
        sandbox.set_fault(troubled, endpoint, fault);
    }
}

}  // namespace

simulated_providers::simulated_providers() : sandbox_{threads_.context().get_executor()} {
    for (const std::string& provider : coauth::sandbox::server::providers()) {
        registrations_.emplace(provider, register_at(sandbox_, provider));
    }
}

simulated_providers::~simulated_providers() {
    sandbox_.stop();
    threads_.stop();
}

coauth::pool_options simulated_providers::reach() const {
    coauth::pool_options options;
    options.tls.ca_pem = sandbox_.ca_pem();
    options.connect_to = sandbox_.connect_to();
    return options;
}

void simulated_providers::begin_trouble(std::chrono::milliseconds length) {
    asio::co_spawn(threads_.context(), trouble(length), asio::detached);
}

coauth::awaitable<void> simulated_providers::trouble(std::chrono::milliseconds length) {
    const auto begin = std::chrono::steady_clock::now();
    const auto say = [begin](const char* what) {
        const std::chrono::duration<double> now = std::chrono::steady_clock::now() - begin;
        std::printf("%5.1f s  %s\n", now.count(), what);
    };
    coauth::sandbox::behaviour usual;
    usual.token_lifetime = std::max(2s, std::chrono::duration_cast<std::chrono::seconds>(length / 5));
    sandbox_.set_behaviour("hike", usual);
    sandbox_.set_behaviour(troubled, usual);
    std::printf("Tokens of Hike and HitKey live for %d s\n", static_cast<int>(usual.token_lifetime->count()));

    co_await wait_until(begin + length * 3 / 10);
    coauth::sandbox::behaviour slow = usual;
    slow.latency = 150ms;
    sandbox_.set_behaviour(troubled, slow);
    say("HitKey is slow: 150 ms more for each answer");

    co_await wait_until(begin + length * 5 / 10);
    set_down(sandbox_, true);
    sandbox_.set_behaviour(troubled, usual);
    say("HitKey is down: 503 for each token and each call");

    co_await wait_until(begin + length * 7 / 10);
    set_down(sandbox_, false);
    say("HitKey is well again");
}

}  // namespace game_backend
