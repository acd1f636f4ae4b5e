#pragma once

#include "provider/profile_data.hpp"
#include "provider/reply_body.hpp"

#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/provider/profile.hpp>

#include <boost/json/storage_ptr.hpp>

#include <cstddef>
#include <string_view>

namespace coauth::provider {

/// The body of a reply that the operation expects, readable; every other reply is a failure. It may repeat names. Its
/// value is in `memory`, a `reply_memory`.
[[nodiscard]] result<reply_body> read_expected_body(const profile_data& what, const operation_rules& operation,
                                                    const http_response& response, std::size_t max_json_depth,
                                                    boost::json::storage_ptr memory);

/// A reply's failure to say which of two values it means.
[[nodiscard]] failure repeated_name(const profile_data& what, const operation_rules& operation,
                                    const http_response& response, std::string_view name);

}  // namespace coauth::provider
