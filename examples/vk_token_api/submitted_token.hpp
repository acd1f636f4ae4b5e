#pragma once

#include "problem.hpp"

#include <coauth/core/secret.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vk_token_api {

/// What VK's page gave the user, as it was pasted.
struct submitted_token {
    coauth::secret access_token;
    std::optional<std::chrono::seconds> lifetime{};  ///< As the address states it; zero: the token does not end.
    std::optional<std::int64_t> user_id{};           ///< As the address states it.
};

/// Reads the whole address of VK's page, its fragment, or the token alone. Spaces and quotes around it, line breaks
/// within, a missing "https://", "&amp;" and a percent-encoded fragment do no harm.
[[nodiscard]] outcome<submitted_token> read_token_data(std::string_view pasted);

}  // namespace vk_token_api
