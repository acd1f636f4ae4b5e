#pragma once

#include "login_server/answers.hpp"
#include "login_server/configuration.hpp"
#include "login_server/event_log.hpp"
#include "login_server/measurements.hpp"
#include "login_server/pages.hpp"
#include "login_server/sessions.hpp"

#include <coauth/cache/token_cache.hpp>
#include <coauth/flow/client.hpp>
#include <coauth/http/connection_pool.hpp>
#include <coauth/login/login_broker.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace login_server {

/// A provider as it is served here.
struct served_provider {
    coauth::client client;
    coauth::authorize_options ask;
    provider_view view;
};

/// What the routes share. It outlives them all; `close` is awaited before it dies.
class backend {
public:
    /// `outside` is how providers are reached. Throws `coauth::error` where the store of tokens cannot be opened.
    backend(coauth::executor its_executor, configuration its_settings, coauth::pool_options outside,
            event_log& its_log);

    backend(const backend&) = delete;
    backend& operator=(const backend&) = delete;

    /// Null where there is no such provider.
    [[nodiscard]] const served_provider* find(std::string_view provider) const noexcept;
    [[nodiscard]] const std::vector<served_provider>& providers() const noexcept { return providers_; }

    /// Whom the request comes from, as the proxy in front says, if there is one.
    [[nodiscard]] std::string address_of(const web::request& asked) const;

    const coauth::executor where;
    const configuration settings;
    event_log& log;
    coauth::connection_pool pool;
    coauth::token_cache cache;
    coauth::login_broker broker;
    session_table sessions;
    session_cookie cookie;
    measurements measured;

private:
    std::vector<served_provider> providers_;
};

}  // namespace login_server
