#pragma once

#include <string>
#include <string_view>

namespace web {

/// Text as it may stand in HTML, in an attribute's double quotes too.
[[nodiscard]] std::string escape_html(std::string_view text);

}  // namespace web
