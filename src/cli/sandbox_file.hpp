#pragma once

#include <coauth/http/pool_options.hpp>
#include <coauth/provider/credentials.hpp>

#include <string>
#include <string_view>

namespace coauth::cli {

// What `coauth sandbox` printed, read by the commands that shall talk to it. All throw `program_error`.

/// Trusts the sandbox's authority and connects to it instead of the providers.
void use_sandbox(const std::string& file, pool_options& changed);

/// The application that is registered at the simulated provider of that name; nothing changes if there is none.
void use_sandbox_credentials(const std::string& file, std::string_view provider, credentials& changed);

}  // namespace coauth::cli
