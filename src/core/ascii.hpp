#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace coauth {

/// Whether every byte is from `least` to `greatest`, which is at most "~". Eight at once: access tokens are long, and
/// are looked at wherever they come in or go out.
[[nodiscard]] inline bool all_between(std::string_view text, char least, char greatest) noexcept {
    constexpr std::uint64_t each = 0x0101010101010101;
    const std::uint64_t below = each * static_cast<unsigned char>(least);
    const std::uint64_t above = each * (0x7FU - static_cast<unsigned char>(greatest));
    std::uint64_t outside = 0;  // the first byte that is out of range has its highest bit set by one of the three
    while (text.size() >= sizeof(outside)) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, text.data(), sizeof(eight));
        outside |= eight | (eight - below) | (eight + above);
        text.remove_prefix(sizeof(eight));
    }
    bool within = (outside & (each * 0x80U)) == 0;
    for (const char c : text) {
        within = within && c >= least && c <= greatest;
    }
    return within;
}

}  // namespace coauth
