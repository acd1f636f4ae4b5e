#pragma once

#include "login_server/backend.hpp"
#include "web/http_server.hpp"

#include <string>

namespace login_server {

/// The page of a browser that is logged in, and what its buttons do.
class account_routes {
public:
    explicit account_routes(backend& all) : all_(all) {}

    /// `GET /me`
    [[nodiscard]] coauth::awaitable<web::response> show(web::request asked) const;

    /// `POST /me/refresh`, a form: `provider`, `form_token`
    [[nodiscard]] coauth::awaitable<web::response> refresh(web::request asked) const;

    /// `POST /me/sign-out`, the same form. The browser is signed out whatever the provider says.
    [[nodiscard]] coauth::awaitable<web::response> sign_out(web::request asked) const;

private:
    /// The login that a form is about; null where the form is not of this session, or there is no such login.
    [[nodiscard]] coauth::login_session_ptr login_of_form(const web::request& asked) const;
    [[nodiscard]] coauth::awaitable<login_view> view_of(coauth::login_session_ptr of, const served_provider& at) const;

    backend& all_;
};

}  // namespace login_server
