#pragma once

#include "configuration.hpp"

#include <chrono>
#include <optional>

namespace vk_token_api {

/// VK played by this process, for development.
struct sandbox_options {
    std::optional<std::chrono::seconds> token_lifetime{};  ///< Empty: a day, as VK's tokens have.
};

/// Serves until SIGTERM or SIGINT, then answers what is under way. Throws where it cannot begin.
void serve(const configuration& with);

/// As `serve`, but VK is the sandbox, what is not configured has values for trying, and the first steps are printed.
void serve_sandboxed(configuration with, sandbox_options how);

}  // namespace vk_token_api
