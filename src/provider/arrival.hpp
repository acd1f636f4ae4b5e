#pragma once

#include <coauth/core/clock.hpp>
#include <coauth/core/http_message.hpp>

#include <chrono>

namespace coauth::provider {

/// When a reply came, by our clock, and how far that is ahead of the provider's clock, as far as is known.
struct arrival {
    clock::wall_time at{};
    std::chrono::seconds ahead{};
};

/// The reply's `Date` (RFC 9110, section 6.6.1) tells the provider's time. One that is more than a day off is not
/// believed: it is wrong itself, or was written long before the reply.
[[nodiscard]] arrival arrival_of(const http_response& response, clock::wall_time received_at) noexcept;

}  // namespace coauth::provider
