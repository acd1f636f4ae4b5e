#pragma once

#include <cstddef>

namespace coauth {

/// Bytes that a core fetches at once, and takes from the others when it writes: what one thread writes often does not
/// lie beside what others read. `std::hardware_destructive_interference_size` would be it, but depends on compiler
/// flags.
constexpr std::size_t memory_line = 64;

}  // namespace coauth
