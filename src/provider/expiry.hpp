#pragma once

#include "provider/arrival.hpp"
#include "provider/profile_data.hpp"
#include "provider/reply_value.hpp"

#include <coauth/core/clock.hpp>

#include <optional>
#include <string>
#include <vector>

namespace coauth::provider {

/// When a token ends, as the rules find it in `from`: the first that is there and makes sense counts. Absent: no stated
/// end. What makes no sense becomes a line of `warnings`. Points in time, which are by the provider's clock, are
/// returned by ours.
[[nodiscard]] std::optional<clock::wall_time> read_expiry(const std::vector<expiry_rule>& rules, zero_expiry zero,
                                                          std::optional<std::chrono::seconds> default_lifetime,
                                                          const reply_value& from, const arrival& received,
                                                          std::vector<std::string>& warnings);

}  // namespace coauth::provider
