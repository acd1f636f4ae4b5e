#pragma once

#include "credential.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/core/secret.hpp>
#include <coauth/http/transport.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace vk_token_api {

struct webhook_options {
    std::string url;           ///< https.
    coauth::secret key;        ///< Shared with the receiver; at least `least_webhook_key` bytes.
    std::string action_url{};  ///< Where the user renews the token.
    std::chrono::milliseconds timeout{10'000};
};

inline constexpr std::size_t least_webhook_key = 24;

/// The POST that tells of a token's end, signed as Standard Webhooks 1.0 asks: `webhook-id`, `webhook-timestamp`, and
/// `webhook-signature: v1,BASE64` of the HMAC-SHA256 over "id.timestamp.body". The id is the same for each attempt.
[[nodiscard]] coauth::http_request webhook_request(const webhook_options& options, const credential& about,
                                                   coauth::clock::wall_time now);

}  // namespace vk_token_api
