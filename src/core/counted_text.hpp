#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coauth {

// Texts one behind the other, each preceded by its length: "3:ann". Whatever is in them, they are told apart, and there
// is but one way to write them.

void append_counted(std::string& out, std::string_view text);

/// So many bytes, or a few less, are what `append_counted` adds.
[[nodiscard]] constexpr std::size_t counted_size(std::string_view text) noexcept {
    constexpr std::size_t longest_count = 20;
    return longest_count + 1 + text.size();
}

/// Takes one off the beginning of `from`; nothing, with `from` as it was, where none stands there as `append_counted`
/// writes it.
[[nodiscard]] std::optional<std::string_view> take_counted(std::string_view& from) noexcept;

}  // namespace coauth
