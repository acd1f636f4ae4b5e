#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coauth {

// Texts one behind the other, each preceded by its length: "3:ann". Whatever is in them, they are told apart, and there
// is but one way to write them.

void append_counted(std::string& out, std::string_view text);

/// Takes one off the beginning of `from`; nothing, with `from` as it was, where none stands there as `append_counted`
/// writes it.
[[nodiscard]] std::optional<std::string_view> take_counted(std::string_view& from) noexcept;

}  // namespace coauth
