#include <coauth/core/encoding.hpp>
#include <coauth/core/secret.hpp>

#include <boost/url/encode.hpp>
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
    const std::size_t missing = (4 - text.size() % 4) % 4;
    std::string padded{text};
    std::replace(padded.begin(), padded.end(), '-', '+');
    std::replace(padded.begin(), padded.end(), '_', '/');
    padded.append(missing, '=');
    std::string bytes(padded.size() / 4 * 3, '\0');
    const int length =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(padded.size()));
    wipe(padded);
    bytes.resize(length < 0 || missing > 2 ? 0 : static_cast<std::size_t>(length) - missing);
    // OpenSSL takes more than one form for the same bytes; written anew, only one is as it was.
    return base64url(bytes) == text ? std::optional{std::move(bytes)} : std::nullopt;
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
