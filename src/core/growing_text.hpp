#pragma once

#include <coauth/core/secret.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace coauth {

// Texts that carry secrets: where one grows, no copy is left behind.

/// A copy with room for so many bytes more, and for `least` altogether.
[[nodiscard]] inline std::string grown(const std::string& text, std::size_t for_more, std::size_t least = 0) {
    std::string larger;
    larger.reserve(std::max({least, text.size() + for_more, 2 * text.capacity()}));
    larger.append(text);
    return larger;
}

/// Leaves in `by` what `text` had, wiped.
inline void replace_wiped(std::string& text, std::string& by) noexcept {
    wipe(text);
    text.swap(by);
}

}  // namespace coauth
