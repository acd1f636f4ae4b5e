#pragma once

#include "login_server/backend.hpp"
#include "web/http_server.hpp"

#include <functional>
#include <string>

namespace login_server {

/// Where a browser goes for a provider's page: the address itself, but for the sandbox.
using browser_url = std::function<std::string(const std::string&)>;

/// The sign-in page, and both ends of a login.
class login_routes {
public:
    login_routes(backend& all, browser_url where) : all_(all), browser_url_(std::move(where)) {}

    /// `GET /`
    [[nodiscard]] web::response sign_in(const web::request& asked) const;

    /// `GET /login/{provider}?return_to=`
    [[nodiscard]] web::response begin(const served_provider& at, const web::request& asked) const;

    /// `GET` and `POST /callback/{provider}`
    [[nodiscard]] coauth::awaitable<web::response> finish(const served_provider& at, web::request asked) const;

private:
    [[nodiscard]] web::response answer_to(const served_provider& at, const web::request& asked,
                                          coauth::login_answer how) const;
    void forget_former(const web::request& asked, const coauth::login_session& brought) const;
    void tell(const served_provider& at, const coauth::login_answer& how, measurements::duration took) const;

    backend& all_;
    browser_url browser_url_;
};

/// What happened to a login, as a word for logs and metrics.
[[nodiscard]] std::string_view outcome_of(unsigned status) noexcept;

}  // namespace login_server
