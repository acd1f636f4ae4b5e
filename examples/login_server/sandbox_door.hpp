#pragma once

#include "web/http_server.hpp"

#include <coauth/http/transport.hpp>
#include <coauth/sandbox/server.hpp>

#include <string>
#include <vector>

namespace login_server {

/// Shows the sandbox's consent pages to any browser: what lies at https://hikka.io/oauth is to be had at
/// /sandbox/hikka.io/oauth. A browser neither finds the providers' hosts on this machine nor trusts the sandbox.
class sandbox_door {
public:
    sandbox_door(coauth::transport& via, const coauth::sandbox::server& to);

    /// The same page, here.
    [[nodiscard]] static std::string browser_url(const std::string& url);

    /// `GET` and `POST /sandbox/{host}/...`
    [[nodiscard]] coauth::awaitable<web::response> pass_on(web::request asked) const;

private:
    coauth::transport& via_;
    std::vector<std::string> hosts_;
};

}  // namespace login_server
