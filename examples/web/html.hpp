#pragma once

#include <string>
#include <string_view>

namespace login_server {

/// Text as it may stand in HTML, in an attribute's double quotes too.
[[nodiscard]] std::string escape_html(std::string_view text);

}  // namespace login_server
