#pragma once

#include "provider/reply_body.hpp"

#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/provider/profile.hpp>
#include <coauth/provider/request.hpp>

#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace coauth::provider {

/// A failure of an operation that was answered: with the status, and with what sending it again would mean.
[[nodiscard]] failure reply_failure(const profile_data& what, const operation_rules& operation,
                                    const http_response& response, errc code, std::string detail);

/// The refusal that a reply is, or nothing where it is none. What is asked, in this order: the profile's conditions,
/// the status, and a standard `error` in the reply of an exchange or refresh.
[[nodiscard]] std::optional<failure> find_refusal(const profile_data& what, const operation_rules& operation,
                                                  const http_response& response, const reply_body& body,
                                                  std::size_t max_json_depth, const request_values* sent);

}  // namespace coauth::provider
