#pragma once

#include "credentials.hpp"
#include "jwt.hpp"
#include "submission.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/flow/client.hpp>

#include <memory>
#include <optional>
#include <string>
#include <web/http_server.hpp>

namespace vk_token_api {

/// The user's page: how long the tokens live, a warning in time, and the way to a new one. It works without scripts.
///
/// The browser's session is the same JSON Web Token that the API takes, in a cookie that scripts cannot read. A site
/// whose own sign-in sets that cookie needs no sign-in here.
class settings_page {
public:
    settings_page(jwt_rules rules, coauth::client vk, credentials& kept, submissions& taking,
                  std::shared_ptr<const coauth::clock> clock);

    [[nodiscard]] coauth::awaitable<web::response> show(web::request asked);
    [[nodiscard]] coauth::awaitable<web::response> show_renewal(web::request asked);
    [[nodiscard]] coauth::awaitable<web::response> renew(web::request asked);
    [[nodiscard]] coauth::awaitable<web::response> sign_in(web::request asked);
    [[nodiscard]] coauth::awaitable<web::response> sign_out(web::request asked);
    [[nodiscard]] coauth::awaitable<web::response> style(web::request asked);
    [[nodiscard]] coauth::awaitable<web::response> script(web::request asked);

private:
    [[nodiscard]] std::optional<std::string> signed_in(const web::request& asked) const;

    jwt_rules rules_;
    coauth::client vk_;
    credentials& kept_;
    submissions& taking_;
    std::shared_ptr<const coauth::clock> clock_;
};

}  // namespace vk_token_api
