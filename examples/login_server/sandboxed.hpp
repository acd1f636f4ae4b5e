#pragma once

#include "login_server/configuration.hpp"

#include <coauth/http/pool_options.hpp>
#include <coauth/sandbox/server.hpp>

#include <cstdint>

namespace login_server {

/// All five providers, as the sandbox has them, for a server at this port of this machine.
[[nodiscard]] configuration sandbox_configuration(std::uint16_t port);

/// Makes the configured providers take the sandbox's application for this server: its id and secret.
void use_sandbox_application(configuration& settings);

/// Registers this server at all of the sandbox's providers.
void register_redirect_uris(coauth::sandbox::server& at, const configuration& settings);

/// How the sandbox is reached.
[[nodiscard]] coauth::pool_options pool_options_for(const coauth::sandbox::server& sandbox);

}  // namespace login_server
