#pragma once

#include "provider/profile_data.hpp"

#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/provider/profile.hpp>

#include <boost/json/value.hpp>

namespace coauth::provider {

/// The value of a reply that the operation expects; every other reply is a failure.
[[nodiscard]] result<boost::json::value> read_expected(const profile_data& what, const operation_rules& operation,
                                                       const http_response& response);

}  // namespace coauth::provider
