#pragma once

#include "configuration.hpp"

#include <cstdint>

namespace vk_token_api {

/// Prints what to do with a server whose VK is the sandbox: a JSON Web Token for a user, and the calls to make.
void print_first_steps(const configuration& with, std::uint16_t port, std::uint16_t sandbox_port);

}  // namespace vk_token_api
