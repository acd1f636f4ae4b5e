#pragma once

#include <coauth/core/http_message.hpp>

#include <chrono>
#include <optional>

namespace coauth::provider {

/// The `Retry-After` of a response, seconds or date (RFC 9110, section 10.2.3): never negative, at most a day. A date
/// counts from the response's own `Date`, so that the clocks need not agree.
[[nodiscard]] std::optional<std::chrono::seconds> read_retry_after(const http_response& response) noexcept;

}  // namespace coauth::provider
