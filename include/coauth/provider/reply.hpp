#pragma once

#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/core/token.hpp>
#include <coauth/provider/identity.hpp>
#include <coauth/provider/profile.hpp>

#include <boost/json/value.hpp>

#include <cstddef>
#include <string_view>

namespace coauth::provider {

/// How deep the JSON of a reply may nest where nothing else is said. Providers nest four or five levels; each level
/// costs stack, here and in whatever walks the value later. The functions below take any limit, and none over 1000.
inline constexpr std::size_t default_json_depth = 32;

struct request_values;

// `sent`, of the functions below, is what the request was built with: a provider's words may repeat its secrets, which
// are taken out of them. Null: only what looks like a secret is.

/// Reads the reply of "exchange" or "refresh" (RFC 6749, sections 5.1 and 5.2). Pure.
///
/// `received_at` is when it came. Where the reply tells the expiry as a point in time and has a `Date`, the time
/// between the two counts from `received_at`, so that the clocks need not agree; a `Date` more than a day off is not
/// believed. `previous` is the token that was refreshed, null for an exchange: what the reply leaves out (the refresh
/// token, the scopes, the further fields) stays as it was. Only the two tokens are read strictly; an optional field
/// that makes no sense becomes a line in `token::warnings`.
[[nodiscard]] result<token> read_token(const profile& what, std::string_view operation, const http_response& response,
                                       clock::wall_time received_at, const token* previous = nullptr,
                                       std::size_t max_json_depth = default_json_depth,
                                       const request_values* sent = nullptr);

/// Reads the reply of "userinfo". Pure. Fails with `errc::missing_field` where there is no subject.
[[nodiscard]] result<identity> read_identity(const profile& what, std::string_view operation,
                                             const http_response& response,
                                             std::size_t max_json_depth = default_json_depth,
                                             const request_values* sent = nullptr);

/// Reads the reply of "validate". Pure. A token that the provider refuses is an answer, not a failure. Fails with
/// `errc::malformed_reply` where the reply is empty, or its `active` is no truth value: that is no word for the token.
[[nodiscard]] result<validation> read_validation(const profile& what, std::string_view operation,
                                                 const http_response& response,
                                                 std::size_t max_json_depth = default_json_depth,
                                                 const request_values* sent = nullptr);

/// Reads the reply of any operation: its JSON, a form's fields as an object, a text as a string, null where it has no
/// body.
[[nodiscard]] result<boost::json::value> read_value(const profile& what, std::string_view operation,
                                                    const http_response& response,
                                                    std::size_t max_json_depth = default_json_depth,
                                                    const request_values* sent = nullptr);

}  // namespace coauth::provider
