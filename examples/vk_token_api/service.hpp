#pragma once

#include "api.hpp"
#include "event_log.hpp"
#include "jwt.hpp"
#include "settings_page.hpp"

#include <coauth/core/clock.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>
#include <web/http_server.hpp>

namespace vk_token_api {

/// Finds who asks and what for, and writes the log's line of each request. All objects it is given outlive it.
class service {
public:
    service(jwt_rules rules, api& endpoints, settings_page& page, std::shared_ptr<const coauth::clock> clock,
            event_log log);

    [[nodiscard]] coauth::awaitable<web::response> answer(web::request asked);

private:
    using endpoint = coauth::awaitable<web::response> (service::*)(web::request);

    struct route {
        std::string_view method;
        std::string_view path;
        endpoint serves;
    };

    static const std::vector<route>& routes();

    [[nodiscard]] coauth::awaitable<web::response> dispatch(web::request asked);
    [[nodiscard]] coauth::awaitable<web::response> health(web::request asked);
    [[nodiscard]] static coauth::awaitable<web::response> refuse(std::string allowed);

    template <auto Member>
    [[nodiscard]] coauth::awaitable<web::response> for_bearer(web::request asked);
    template <auto Member>
    [[nodiscard]] coauth::awaitable<web::response> on_page(web::request asked);

    jwt_rules rules_;
    api& endpoints_;
    settings_page& page_;
    std::shared_ptr<const coauth::clock> clock_;
    event_log log_;
};

}  // namespace vk_token_api
