#include "core/base64url_alphabet.hpp"

#include <coauth/core/encoding.hpp>
#include <coauth/core/secret.hpp>

#include <boost/url/encode.hpp>
#include <boost/url/grammar/charset.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace coauth {

std::string base64(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3), '\0');
    // OpenSSL writes a terminating zero behind the text: a std::string has room for it.
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
    return text;
}

std::string base64url(std::string_view bytes) {
    std::string text = base64(bytes);
    text.resize((4 * bytes.size() + 2) / 3);
    std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c == '+' ? '-' : c == '/' ? '_' : c; });
    return text;
}

namespace {

constexpr std::uint32_t no_digit = 0xFF000000;

/// What each character stands for.
constexpr auto base64url_digits = [] {
    std::array<std::uint32_t, 256> digits{};
    digits.fill(no_digit);
    for (std::uint32_t digit = 0; digit != base64url_alphabet.size(); ++digit) {
        digits[static_cast<unsigned char>(base64url_alphabet[digit])] = digit;
    }
    return digits;
}();

/// 24 bits of at most four digits; what is no digit leaves its mark above them.
std::uint32_t group_of(std::string_view digits) noexcept {
    std::uint32_t bits = 0;
    std::uint32_t marks = 0;
    for (std::size_t i = 0; i != 4; ++i) {
        const std::uint32_t digit = i < digits.size() ? base64url_digits[static_cast<unsigned char>(digits[i])] : 0;
        marks |= digit & no_digit;
        bits = bits << 6U | (digit & 0x3F);
    }
    return bits | marks;
}

}  // namespace

std::optional<std::string> from_base64url(std::string_view text) {
    const std::size_t rest = text.size() % 4;
    std::string bytes(text.size() / 4 * 3 + (rest + 1) / 2, '\0');
    char* to = bytes.data();
    std::uint32_t all = 0;
    for (; text.size() >= 4; text.remove_prefix(4)) {
        const std::uint32_t group = group_of(text.substr(0, 4));
        all |= group;
        *to++ = static_cast<char>(group >> 16U & 0xFF);
        *to++ = static_cast<char>(group >> 8U & 0xFF);
        *to++ = static_cast<char>(group & 0xFF);
    }
    const std::uint32_t last = group_of(text);
    for (std::uint32_t shift = 16; to != bytes.data() + bytes.size(); shift -= 8) {
        *to++ = static_cast<char>(last >> shift & 0xFF);
    }
    // The last digits may have bits that belong to no byte: only one way to write them is as it was.
    const std::uint32_t beyond = rest == 2 ? 0xFFFF : rest == 3 ? 0xFF : 0;
    const bool is_well = rest != 1 && ((all | last) & no_digit) == 0 && (last & beyond) == 0;
    return is_well ? std::optional{std::move(bytes)} : std::nullopt;
}

std::array<unsigned char, 32> sha256(std::string_view bytes) {
    std::array<unsigned char, 32> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    return digest;
}

std::string percent_encode(std::string_view text) {
    return boost::urls::encode(text, boost::urls::unreserved_chars);
}

std::string form_encode(std::string_view text) {
    boost::urls::encoding_opts options;
    options.space_as_plus = true;
    return boost::urls::encode(text, boost::urls::unreserved_chars, options);
}

}  // namespace coauth
