#include "game_backend/login_desk.hpp"

#include <coauth/cache/memory_store.hpp>
#include <coauth/provider/catalog.hpp>

#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/require.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace game_backend {

using namespace std::chrono_literals;

namespace {

/// Whatever a player's coroutine begins is done after its handler, never within it: encrypting and sending a request
/// would otherwise be done on the game's strand, where its threads are coauth's too.
coauth::executor beside_the_game(const coauth::executor& where) {
    return boost::asio::require(where, boost::asio::execution::blocking.never);
}

/// The tokens of this demonstration live for seconds, so everything about them is quicker than the defaults.
coauth::cache_options quick_tokens() {
    coauth::cache_options options;
    options.least_ahead = 1s;
    options.first_pause = 500ms;
    options.greatest_pause = 4s;
    options.circuit_failures = 5;
    options.circuit_pause = 2s;
    return options;
}

}  // namespace

login_desk::login_desk(const coauth::executor& where, coauth::pool_options how,
                       const std::map<std::string, coauth::credentials>& providers)
    : where_{beside_the_game(where)},
      pool_{where_, std::move(how)},
      cache_{where_, std::make_shared<coauth::memory_store>(), quick_tokens()},
      broker_{where_, {.cache = &cache_}} {
    for (const auto& [name, ours] : providers) {
        const coauth::client& made =
            clients_.emplace(name, coauth::client{pool_, coauth::provider::builtin(name), ours}).first->second;
        cache_.serve(made);
        broker_.serve(made);
    }
}

coauth::pending_login login_desk::begin(const std::string& provider, const std::string& player) {
    coauth::begin_options options;
    options.ask.offline = true;
    options.account = player;
    return broker_.begin(client_of(provider), options);
}

coauth::awaitable<coauth::login_answer> login_desk::complete(std::string callback, std::string cookies,
                                                             std::string body) {
    return broker_.complete(std::move(callback), std::move(cookies), std::move(body));
}

coauth::awaitable<void> login_desk::close() {
    co_await broker_.close(0ms);
    co_await cache_.close();
    pool_.close();
}

}  // namespace game_backend
