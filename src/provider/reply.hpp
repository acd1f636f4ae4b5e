#pragma once

#include "provider/profile_data.hpp"
#include "provider/reply_body.hpp"

#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/provider/profile.hpp>
#include <coauth/provider/request.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace coauth::provider {

/// Reads the body of a reply that the operation expects, which may repeat names. Any other reply is a failure.
[[nodiscard]] std::optional<failure> read_expected_body(const profile_data& what, const operation_rules& operation,
                                                        const http_response& response, std::size_t max_json_depth,
                                                        const request_values* sent, reply_body& into);

/// A reply's failure to say which of two values it means.
[[nodiscard]] failure repeated_name(const profile_data& what, const operation_rules& operation,
                                    const http_response& response, std::string_view name);

}  // namespace coauth::provider
