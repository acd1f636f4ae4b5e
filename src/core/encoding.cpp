#include "core/base64url_alphabet.hpp"

#include <coauth/core/encoding.hpp>
#include <coauth/core/secret.hpp>

#include <boost/url/encode.hpp>
#include <boost/url/grammar/charset.hpp>
#include <boost/url/grammar/lut_chars.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>

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

std::optional<std::string> from_base64url(std::string_view text) {
    static constexpr boost::urls::grammar::lut_chars alphabet{base64url_alphabet.data()};
    if (boost::urls::grammar::find_if_not(text.begin(), text.end(), alphabet) != text.end() || text.size() % 4 == 1) {
        return std::nullopt;
    }
    const std::size_t missing = (4 - text.size() % 4) % 4;
    std::string padded(text.size() + missing, '=');
    std::transform(text.begin(), text.end(), padded.begin(), [](char c) {
        return c == '-' ? '+' : c == '_' ? '/' : c;
    });
    std::string bytes(padded.size() / 4 * 3, '\0');
    EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                    reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(padded.size()));
    wipe(padded);
    bytes.resize(bytes.size() - missing);
    // The last characters may have bits that belong to no byte: only one way to write them is as it was.
    const std::string_view end = std::string_view{bytes}.substr(bytes.size() / 3 * 3);
    return text.ends_with(base64url(end)) ? std::optional{std::move(bytes)} : std::nullopt;
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
