#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace coauth {

/// A TCP port as decimal digits, 0 to 65535; nothing where they say no such number. (Boost.URL 1.81's own reading takes
/// some greater numbers modulo 65536.)
[[nodiscard]] std::optional<std::uint16_t> parse_port(std::string_view digits) noexcept;

}  // namespace coauth
