#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace coauth::provider {

/// What stands at a JSON pointer, or under a name where `at` does not begin with "/"; the whole where `at` is empty.
/// Null where there is nothing, or a JSON null.
[[nodiscard]] const boost::json::value* find_at(const boost::json::value& in, std::string_view at) noexcept;

/// A text as it is, and an integer in decimal digits, exactly; nothing for any other value, or an empty text.
[[nodiscard]] std::optional<std::string> text_of(const boost::json::value* value);

}  // namespace coauth::provider
