#pragma once

#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/core/parameters.hpp>
#include <coauth/core/token.hpp>
#include <coauth/provider/callback.hpp>
#include <coauth/provider/credentials.hpp>
#include <coauth/provider/profile.hpp>

#include <string_view>

namespace coauth::provider {

/// What fills the placeholders of an operation. Null where there is none; nothing is kept after the call.
struct request_values {
    const credentials* who = nullptr;       ///< `{client_id}`, `{client_secret}`, `{redirect_uri}`
    const coauth::grant* grant = nullptr;   ///< `{code}`, `{code_verifier}`, `{callback.X}`
    const coauth::token* token = nullptr;   ///< `{access_token}`, `{refresh_token}`, `{token.X}`
    const parameters* arguments = nullptr;  ///< The operation's own arguments.
};

/// Builds the request of an operation. Pure.
///
/// Fails with `errc::unsupported_operation` where the provider has none of that name, and with `errc::invalid_argument`
/// where a placeholder has no value, an argument is unknown, or a value may not stand in a header.
[[nodiscard]] result<http_request> build_request(const profile& what, std::string_view operation,
                                                 const request_values& values);

}  // namespace coauth::provider
