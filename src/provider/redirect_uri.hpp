#pragma once

#include <string_view>

namespace coauth::provider {

/// What is wrong with a redirect URI and how to mend it; empty where nothing is (RFC 6749, section 3.1.2; RFC 8252,
/// section 7): absolute, without fragment, and https, http to this machine, or an application's own scheme.
[[nodiscard]] std::string_view objection_to_redirect_uri(std::string_view uri);

}  // namespace coauth::provider
