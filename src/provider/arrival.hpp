#pragma once

#include <coauth/core/clock.hpp>
#include <coauth/core/http_message.hpp>

#include <chrono>
#include <string_view>

namespace coauth::provider {

/// When a reply came, by our clock and by the provider's.
struct arrival {
    clock::wall_time at{};
    std::string_view date{};  ///< The reply's `Date` (RFC 9110, section 6.6.1), which tells the provider's time.

    /// How far our clock is ahead of the provider's, as far as is known. A date that is more than a day off is not
    /// believed: it is wrong itself, or was written long before the reply. It is read only when this is called, for
    /// most replies state a lifetime and no time.
    [[nodiscard]] std::chrono::seconds ahead() const noexcept;
};

/// Lives as long as the response does.
[[nodiscard]] inline arrival arrival_of(const http_response& response, clock::wall_time received_at) noexcept {
    return {.at = received_at, .date = response.header("Date").value_or("")};
}

}  // namespace coauth::provider
