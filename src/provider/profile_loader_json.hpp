#pragma once

#include <coauth/core/error.hpp>

#include <boost/json/value.hpp>

#include <string_view>

namespace coauth::provider {

/// Reads JSON more strictly than Boost.JSON does: a key that stands twice, a number that no double holds and a NUL
/// character are errors too. Fails with `errc::invalid_profile`, the detail naming line, column and JSON pointer.
[[nodiscard]] result<boost::json::value> read_strict_json(std::string_view text);

/// One token of a JSON pointer, "~" and "/" escaped (RFC 6901, section 3).
[[nodiscard]] std::string escape_pointer_token(std::string_view token);

}  // namespace coauth::provider
