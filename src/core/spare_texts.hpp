#pragma once

#include <cstddef>
#include <string>

namespace coauth {

// A message's text comes with each request and each answer and goes soon after, many at once. Each thread keeps some to
// use again: malloc has seven of a size at hand, and is slow beyond a kilobyte.

/// An empty text with room for so many bytes, and for more if there is one.
[[nodiscard]] std::string spare_text(std::size_t room);

/// Takes one that is wiped and of no more use, and leaves an empty one.
void keep_spare(std::string& text) noexcept;

}  // namespace coauth
