#pragma once

#include "cli/command_line.hpp"

#include <coauth/core/parameters.hpp>
#include <coauth/core/port.hpp>
#include <coauth/http/pool_options.hpp>
#include <coauth/provider/authorization.hpp>
#include <coauth/provider/credentials.hpp>
#include <coauth/provider/profile.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coauth::cli {

// What the words of the command line mean. All throw `program_error`; none of its texts holds a value that may be
// secret.

/// "HOST:PORT:HOST:PORT", an IPv6 address in brackets, as curl's --connect-to.
[[nodiscard]] connect_override read_connect_to(std::string_view text);

/// "http://[USER@]HOST[:PORT]"; the password comes from the environment variable COAUTH_PROXY_PASSWORD.
[[nodiscard]] proxy_options read_proxy(std::string_view text);

/// "name=value", "name=@FILE" for a file's content; "name=@@..." for a value that begins with "@".
[[nodiscard]] parameters read_parameters(const std::vector<std::string>& texts);

/// Scopes stand in several options, or in one with commas or spaces between them.
[[nodiscard]] std::vector<std::string> read_scopes(const std::vector<std::string>& texts);

/// What a login is to ask for.
[[nodiscard]] authorize_options read_wishes(const arguments& given);

/// Seconds, with a fraction if need be; `option` is whose value it is.
[[nodiscard]] std::chrono::milliseconds read_seconds(double value, std::string_view option);

/// A built-in profile, or the one in the file that the name is a path of.
[[nodiscard]] provider::profile read_profile(const std::string& name);

/// Its name, which need not be known where no profile is needed.
[[nodiscard]] std::string read_provider_name(const std::string& name);

[[nodiscard]] pool_options read_pool_options(const arguments& given);

/// Who we are: from options, the environment, or a running sandbox.
[[nodiscard]] credentials read_credentials(const arguments& given, const provider::profile& what);

}  // namespace coauth::cli
