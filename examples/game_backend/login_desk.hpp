#pragma once

#include <coauth/cache/token_cache.hpp>
#include <coauth/flow/client.hpp>
#include <coauth/http/connection_pool.hpp>
#include <coauth/login/login_broker.hpp>
#include <coauth/provider/credentials.hpp>

#include <map>
#include <string>

namespace game_backend {

/// Everything of coauth that the game has: one of each, for all players and providers.
class login_desk {
public:
    /// Its own work is done on `where`, which is a context and not the game's strand.
    login_desk(const coauth::executor& where, coauth::pool_options how,
               const std::map<std::string, coauth::credentials>& providers);

    [[nodiscard]] const coauth::client& client_of(const std::string& provider) const { return clients_.at(provider); }
    [[nodiscard]] coauth::token_cache& cache() { return cache_; }

    /// `player` is the account where the provider does not say whose the token is.
    [[nodiscard]] coauth::pending_login begin(const std::string& provider, const std::string& player);

    /// What the page at the redirect URI does with a callback.
    [[nodiscard]] coauth::awaitable<coauth::login_answer> complete(std::string callback, std::string cookies,
                                                                   std::string body);

    /// Has to be awaited before it dies.
    coauth::awaitable<void> close();

    [[nodiscard]] coauth::login_statistics logins() const { return broker_.statistics(); }
    [[nodiscard]] coauth::cache_statistics tokens() const { return cache_.statistics(); }
    [[nodiscard]] coauth::pool_statistics connections() const { return pool_.statistics(); }

private:
    const coauth::executor where_;
    coauth::connection_pool pool_;
    std::map<std::string, coauth::client> clients_;
    coauth::token_cache cache_;
    coauth::login_broker broker_;
};

}  // namespace game_backend
