#pragma once

#include "credentials.hpp"
#include "submission.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/flow/client.hpp>

#include <memory>
#include <string>
#include <web/http_server.hpp>

namespace vk_token_api {

/// The three endpoints, for a caller who is known.
class api {
public:
    api(coauth::client vk, credentials& kept, submissions& taking, std::shared_ptr<const coauth::clock> clock);

    // Each takes the `sub` of the caller.
    [[nodiscard]] coauth::awaitable<web::response> authorize_implicit(std::string owner, web::request asked);
    [[nodiscard]] coauth::awaitable<web::response> submit(std::string owner, web::request asked);
    [[nodiscard]] coauth::awaitable<web::response> status(std::string owner, web::request asked);

private:
    coauth::client vk_;
    credentials& kept_;
    submissions& taking_;
    std::shared_ptr<const coauth::clock> clock_;
};

}  // namespace vk_token_api
