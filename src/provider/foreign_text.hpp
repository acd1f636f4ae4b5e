#pragma once

#include <coauth/provider/request.hpp>

#include <string>
#include <string_view>

namespace coauth::provider {

/// A provider's words as they may be shown: whatever could be a secret that they repeat is replaced by "[redacted]",
/// and the rest is made `printable`. Redacted first, shortened afterwards, so that no half of a secret is left.
///
/// A secret is a run of at least 20 characters of which tokens are made (letters, digits, "-._~+/=%") that is not put
/// together from words as "redirect_uri_mismatch" and "InvalidAuthorizationCode" are.
[[nodiscard]] std::string foreign_text(std::string_view text);

/// The same, without the secrets of the request that the words answer either, those of at least 8 characters. `sent`
/// may be null.
[[nodiscard]] std::string foreign_text(std::string text, const request_values* sent);

/// Takes them out of text that was made `printable`, even where that has cut one.
void redact(std::string& text, const request_values& sent);

}  // namespace coauth::provider
