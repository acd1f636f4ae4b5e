#pragma once

#include "provider/profile_data.hpp"

#include <string>
#include <vector>

namespace coauth::provider {

/// The scopes as one value, with the dialect's separator.
[[nodiscard]] std::string join_scopes(const std::vector<std::string>& scopes, const scope_rules& rules);

/// A value that holds scopes as it stands in the authorization URL.
[[nodiscard]] std::string encode_scopes(std::string_view joined, const scope_rules& rules);

}  // namespace coauth::provider
