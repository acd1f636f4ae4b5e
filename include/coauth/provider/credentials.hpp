#pragma once

#include <coauth/core/secret.hpp>

#include <string>

namespace coauth {

/// Who we are to a provider: what it gave us when the application was registered.
struct credentials {
    std::string client_id{};     ///< Hikka calls it `client_reference`, Hitbox `app_token`.
    secret client_secret{};      ///< Empty for a public client.
    std::string redirect_uri{};  ///< Where the browser comes back to; exactly as registered.
};

}  // namespace coauth
