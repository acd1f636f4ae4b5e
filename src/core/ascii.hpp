#pragma once

#include <boost/endian/conversion.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace coauth {

/// Eight bytes, the first one the lowest.
[[nodiscard]] inline std::uint64_t load_eight(const char* at) noexcept {
    unsigned char bytes[sizeof(std::uint64_t)];
    std::memcpy(bytes, at, sizeof bytes);
    return boost::endian::load_little_u64(bytes);
}

/// The bytes from `least` to `greatest`, which is at most "~". Looks at eight at once.
class byte_range {
public:
    byte_range(char least, char greatest) noexcept
        : below_(each * static_cast<unsigned char>(least)),
          above_(each * (0x7FU - static_cast<unsigned char>(greatest))) {}

    /// Every byte that is out of range has its highest bit set, by one of the three. None before the first such byte
    /// has it; some behind it may.
    [[nodiscard]] std::uint64_t outside(std::uint64_t eight) const noexcept {
        return (eight | (eight - below_) | (eight + above_)) & (each * 0x80U);
    }

private:
    static constexpr std::uint64_t each = 0x0101010101010101;

    std::uint64_t below_;
    std::uint64_t above_;
};

/// How many of the first bytes are from `least` to `greatest`, which is at most "~".
[[nodiscard]] inline std::size_t length_between(std::string_view text, char least, char greatest) noexcept {
    const byte_range range{least, greatest};
    std::size_t length = 0;
    for (; text.size() - length >= sizeof(std::uint64_t); length += sizeof(std::uint64_t)) {
        if (const std::uint64_t outside = range.outside(load_eight(text.data() + length)); outside != 0) {
            return length + static_cast<std::size_t>(std::countr_zero(outside)) / 8;
        }
    }
    while (length != text.size() && text[length] >= least && text[length] <= greatest) {
        ++length;
    }
    return length;
}

/// Whether every byte is from `least` to `greatest`, which is at most "~". Many at once: access tokens are long, and
/// are looked at wherever they come in or go out.
[[nodiscard]] inline bool all_between(std::string_view text, char least, char greatest) noexcept {
    constexpr std::size_t half = 128;  // a loop of so many is done with vectors, here two at a time
    const auto distance = [least](char c) { return static_cast<unsigned char>(c - least); };
    unsigned char greatest_distance = 0;
    for (; text.size() >= 2 * half; text.remove_prefix(2 * half)) {
        for (std::size_t at = 0; at != half; ++at) {
            greatest_distance = std::max(greatest_distance, distance(text[at]));
            greatest_distance = std::max(greatest_distance, distance(text[at + half]));
        }
    }
    std::uint64_t outside = 0;
    if (text.size() >= sizeof(outside)) {
        const byte_range range{least, greatest};
        const char* const last = text.data() + text.size() - sizeof(outside);
        for (const char* at = text.data(); at < last; at += sizeof(outside)) {
            outside |= range.outside(load_eight(at));
        }
        outside |= range.outside(load_eight(last));  // some of them once more
        text = {};
    }
    for (const char c : text) {
        greatest_distance = std::max(greatest_distance, distance(c));
    }
    return outside == 0 && greatest_distance <= distance(greatest);
}

}  // namespace coauth
