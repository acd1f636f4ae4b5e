#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace coauth {

/// Base64 with padding (RFC 4648, section 4).
[[nodiscard]] std::string base64(std::string_view bytes);

/// Base64url without padding (RFC 4648, section 5).
[[nodiscard]] std::string base64url(std::string_view bytes);

/// The bytes of unpadded base64url; nothing where `text` is not what `base64url` writes.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

/// The SHA-256 digest of `bytes`.
[[nodiscard]] std::array<unsigned char, 32> sha256(std::string_view bytes);

/// Percent-encodes everything but RFC 3986's unreserved characters.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// `application/x-www-form-urlencoded`: as `percent_encode`, with "+" for a space.
[[nodiscard]] std::string form_encode(std::string_view text);

}  // namespace coauth
