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

/// 24 bits of four digits; what is no digit leaves its mark above them.
std::uint64_t group_of(std::string_view four) noexcept {
    return base64url_digit(four[0]) << 18U | base64url_digit(four[1]) << 12U | base64url_digit(four[2]) << 6U |
           base64url_digit(four[3]);
}

char byte_of(std::uint64_t bits, unsigned shift) noexcept {
    return static_cast<char>(bits >> shift & 0xFFU);
}

}  // namespace

std::optional<std::string> from_base64url(std::string_view text) {
    const std::size_t rest = text.size() % 4;
    std::string bytes(text.size() / 4 * 3 + (rest + 1) / 2, '\0');
    char* to = bytes.data();
    std::uint64_t all = 0;
    for (; text.size() >= 4; text.remove_prefix(4)) {
        const std::uint64_t group = group_of(text);
        all |= group;
        *to++ = byte_of(group, 16);
        *to++ = byte_of(group, 8);
        *to++ = byte_of(group, 0);
    }
    std::array<char, 4> padded{'A', 'A', 'A', 'A'};  // which stands for no bits
    std::copy(text.begin(), text.end(), padded.begin());
    const std::uint64_t last = group_of({padded.data(), padded.size()});
    for (unsigned shift = 16; to != bytes.data() + bytes.size(); shift -= 8) {
        *to++ = byte_of(last, shift);
    }
    // The last digits may have bits that belong to no byte: only one way to write them is as it was.
    const std::uint64_t beyond = rest == 2 ? 0xFFFF : rest == 3 ? 0xFF : 0;
    const bool is_well = rest != 1 && (all | last) >> 24U == 0 && (last & beyond) == 0;
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
