#pragma once

#include <array>
#include <string_view>

namespace vk_token_api {

/// How a user gets a token to the API, word for word as its document has it.
inline constexpr std::array<std::string_view, 4> instructions{
    "1. Open authorization_url in browser", "2. Allow app permissions (video, groups, wall)",
    "3. Copy access_token from redirected URL", "4. POST to /api/v1/vk/token/submit"};

}  // namespace vk_token_api
