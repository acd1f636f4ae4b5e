#pragma once

#include <string_view>

namespace login_server {

/// A file of `pages/`, compiled in.
struct asset {
    std::string_view path;  ///< "/style.css"
    std::string_view type;
    std::string_view content;
};

/// Null where there is none of that path.
[[nodiscard]] const asset* find_asset(std::string_view path) noexcept;

}  // namespace login_server
