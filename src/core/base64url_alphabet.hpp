#pragma once

#include <string_view>

namespace coauth {

/// The characters of base64url (RFC 4648, section 5).
inline constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace coauth
