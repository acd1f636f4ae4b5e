#pragma once

#include <coauth/core/secret.hpp>

#include <string>

namespace vk_token_api {

/// The first line of a file that only its owner may read. Throws `configuration_error`.
[[nodiscard]] coauth::secret read_secret_file(const std::string& path);

/// The bytes of a webhook's key: those of "whsec_BASE64", or the text itself. Throws `configuration_error`.
[[nodiscard]] coauth::secret webhook_key(const coauth::secret& text);

}  // namespace vk_token_api
