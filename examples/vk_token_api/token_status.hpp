#pragma once

#include "credential.hpp"

#include <coauth/core/clock.hpp>

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace vk_token_api {

/// With less than this left, a token should be renewed.
inline constexpr std::chrono::hours renewal_window{2};

/// "2026-01-11T15:30:00Z" (RFC 3339), to the second.
[[nodiscard]] std::string timestamp(coauth::clock::wall_time time);

/// "18h 45m", to the minute that has begun to run; "expired".
[[nodiscard]] std::string time_until(coauth::clock::wall_time end, coauth::clock::wall_time now);

[[nodiscard]] bool needs_refresh(const credential& what, coauth::clock::wall_time now) noexcept;

/// The body of `token/status`; nothing kept: there is no token.
[[nodiscard]] boost::json::object status_of(const std::optional<credential>& kept, coauth::clock::wall_time now);

/// The body of a `token/submit` that succeeded.
[[nodiscard]] boost::json::object receipt_of(const credential& saved, coauth::clock::wall_time now);

}  // namespace vk_token_api
