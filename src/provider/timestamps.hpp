#pragma once

#include <coauth/core/clock.hpp>

#include <optional>
#include <string_view>

namespace coauth::provider {

/// "2026-01-11T15:30:00Z", with a fraction or an offset; without either it is taken for UTC (RFC 3339, ISO 8601).
[[nodiscard]] std::optional<clock::wall_time> parse_iso8601(std::string_view text) noexcept;

/// "Sun, 06 Nov 1994 08:49:37 GMT", the one form of a date that is sent today (IMF-fixdate, RFC 9110, section 5.6.7).
[[nodiscard]] std::optional<clock::wall_time> parse_http_date(std::string_view text) noexcept;

}  // namespace coauth::provider
