#include <coauth/core/error.hpp>

#include <cstdint>

namespace coauth {
namespace {

/// A character of UTF-8 text: its code point and length; a length of 0 where the bytes are not UTF-8.
struct character {
    std::uint32_t code_point = 0;
    std::size_t length = 0;
};

character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) {
        return {lead, 1};
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) {
        return {};
    }
    std::uint32_t code_point = lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) {
            return {};
        }
        code_point = (code_point << 6U) | (byte(i) & 0x3FU);
    }
    constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    return code_point < least[length] || code_point > 0x10FFFF || surrogate ? character{}
                                                                            : character{code_point, length};
}

/// Control characters, line separators, and the marks that turn the direction of text: they make a log line lie.
bool is_hidden(std::uint32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

void append_hex(std::string& out, std::string_view prefix, std::uint32_t value, int digits) {
    out += prefix;
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
        out += "0123456789abcdef"[(value >> static_cast<unsigned>(shift)) & 0xFU];
    }
}

}  // namespace

std::string printable(std::string_view text, std::size_t limit) {
    constexpr std::string_view cut = "...";
    std::string out;
    std::size_t fits = 0;  // the longest beginning of `out` that leaves room for the cut
    while (!text.empty()) {
        const character next = first_character(text);
        const std::size_t taken = next.length == 0 ? 1 : next.length;
        if (next.length == 0) {
            append_hex(out, "\\x", static_cast<unsigned char>(text[0]), 2);
        } else if (is_hidden(next.code_point)) {
            append_hex(out, "\\u", next.code_point, 4);
        } else {
            out.append(text.substr(0, taken));
        }
        if (out.size() > limit) {
            out.resize(fits);
            return out.append(cut.substr(0, limit - fits));
        }
        if (out.size() + cut.size() <= limit) {
            fits = out.size();
        }
        text.remove_prefix(taken);
    }
    return out;
}

}  // namespace coauth
