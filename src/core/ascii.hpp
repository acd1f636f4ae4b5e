#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace coauth {

/// Whether every byte is from `least` to `greatest`, which is at most "~". Many at once: access tokens are long, and
/// are looked at wherever they come in or go out.
[[nodiscard]] inline bool all_between(std::string_view text, char least, char greatest) noexcept {
    constexpr std::size_t block = 256;  // a loop of so many is done with vectors
    const auto distance = [least](char c) { return static_cast<unsigned char>(c - least); };
    unsigned char greatest_distance = 0;
    for (; text.size() >= block; text.remove_prefix(block)) {
        for (std::size_t at = 0; at != block; ++at) {
            greatest_distance = std::max(greatest_distance, distance(text[at]));
        }
    }
    constexpr std::uint64_t each = 0x0101010101010101;
    const std::uint64_t below = each * static_cast<unsigned char>(least);
    const std::uint64_t above = each * (0x7FU - static_cast<unsigned char>(greatest));
    std::uint64_t outside = 0;  // the first byte that is out of range has its highest bit set by one of the three
    const auto look_at_eight = [&](const char* at) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, at, sizeof(eight));
        outside |= eight | (eight - below) | (eight + above);
    };
    if (text.size() >= sizeof(outside)) {
        const char* const last = text.data() + text.size() - sizeof(outside);
        for (const char* at = text.data(); at < last; at += sizeof(outside)) {
            look_at_eight(at);
        }
        look_at_eight(last);  // some of them once more
        text = {};
    }
    for (const char c : text) {
        greatest_distance = std::max(greatest_distance, distance(c));
    }
    return (outside & (each * 0x80U)) == 0 && greatest_distance <= distance(greatest);
}

}  // namespace coauth
