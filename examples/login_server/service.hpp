#pragma once

#include "login_server/account_routes.hpp"
#include "login_server/backend.hpp"
#include "login_server/login_routes.hpp"
#include "login_server/sandbox_door.hpp"
#include "web/http_server.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <string_view>

namespace login_server {

/// Everything that the server answers, by method and path. Threads: any.
class service {
public:
    /// `connections` tells how many browsers are connected. With a `sandbox`, its pages are shown to browsers here.
    service(coauth::executor where, configuration settings, coauth::pool_options outside, event_log& log,
            std::function<std::size_t()> connections, const coauth::sandbox::server* sandbox = nullptr);

    /// Answers, counts and logs. Throws nothing.
    [[nodiscard]] coauth::awaitable<web::response> answer(web::request asked);

    /// Begins no login any more, and waits for those under way, so long.
    coauth::awaitable<void> close_logins(std::chrono::milliseconds grace);

    /// Puts the last tokens into the store. After this it may die.
    coauth::awaitable<void> close();

private:
    /// What a request asks for: the route as logs and metrics name it.
    struct destination {
        std::string_view route = "(none)";
        const served_provider* at = nullptr;
        std::string_view methods = "GET, HEAD";
    };

    [[nodiscard]] destination find(std::string_view path) const;
    [[nodiscard]] coauth::awaitable<web::response> lead(const destination& to, web::request asked);
    [[nodiscard]] std::optional<web::response> refusal(const destination& to, const web::request& asked) const;
    [[nodiscard]] web::response health() const;
    [[nodiscard]] web::response metrics(const web::request& asked) const;
    void tell(const web::request& asked, const destination& to, const web::response& made, measurements::duration took);

    backend all_;
    std::function<std::size_t()> connections_;
    std::optional<sandbox_door> sandbox_;
    login_routes logins_;
    account_routes accounts_;
    std::atomic<bool> closing_ = false;
};

}  // namespace login_server
