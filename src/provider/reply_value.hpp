#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string>

namespace coauth::provider {

/// A text as it is, and an integer in decimal digits, exactly; nothing for any other value, or an empty text.
[[nodiscard]] std::optional<std::string> text_of(const boost::json::value* value);

}  // namespace coauth::provider
