#pragma once

#include <coauth/core/secret.hpp>

#include <string>
#include <string_view>

namespace vk_token_api {

/// HMAC-SHA256 (RFC 2104) of the text: 32 bytes.
[[nodiscard]] std::string hmac_sha256(const coauth::secret& key, std::string_view text);

}  // namespace vk_token_api
