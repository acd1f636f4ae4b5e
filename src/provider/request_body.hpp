#pragma once

#include "provider/profile_data.hpp"

#include <coauth/core/error.hpp>

#include <optional>
#include <string>

namespace coauth::provider {

/// Writes the body of an operation's request. A failure has its code and detail only.
[[nodiscard]] std::optional<failure> write_body(const operation_rules& operation, const placeholder_values& values,
                                                std::string& into);

}  // namespace coauth::provider
