#pragma once

#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/core/token.hpp>
#include <coauth/provider/identity.hpp>
#include <coauth/provider/profile.hpp>

#include <boost/json/value.hpp>

#include <string_view>

namespace coauth::provider {

/// Reads the reply of "exchange" or "refresh" (RFC 6749, sections 5.1 and 5.2). Pure.
///
/// `received_at` is when it came. `previous` is the token that was refreshed, null for an exchange: what the reply
/// leaves out (the refresh token, the scopes, the further fields) stays as it was. Only the two tokens are read
/// strictly; an optional field that makes no sense becomes a line in `token::warnings`.
[[nodiscard]] result<token> read_token(const profile& what, std::string_view operation, const http_response& response,
                                       clock::wall_time received_at, const token* previous = nullptr);

/// Reads the reply of "userinfo". Pure. Fails with `errc::missing_field` where there is no subject.
[[nodiscard]] result<identity> read_identity(const profile& what, std::string_view operation,
                                             const http_response& response);

/// Reads the reply of "validate". Pure. A token that the provider refuses is an answer, not a failure.
[[nodiscard]] result<validation> read_validation(const profile& what, std::string_view operation,
                                                 const http_response& response);

/// Reads the reply of any operation: its JSON, a form's fields as an object, a text as a string, null where it has no
/// body.
[[nodiscard]] result<boost::json::value> read_value(const profile& what, std::string_view operation,
                                                    const http_response& response);

}  // namespace coauth::provider
