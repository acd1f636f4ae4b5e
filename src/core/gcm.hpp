#pragma once

#include <coauth/core/secret.hpp>

#include <openssl/evp.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace coauth {

/// AES-256-GCM (NIST SP 800-38D) out of OpenSSL. Threads: any.
class gcm {
public:
    static constexpr std::size_t nonce_size = 12;
    static constexpr std::size_t tag_size = 16;

    gcm();

    /// Appends a random nonce, the ciphertext and the tag.
    void append_sealed(std::string& out, const secret& key, std::string_view plain,
                       std::string_view authenticated) const;

    /// Nothing where key, ciphertext, tag and what was authenticated do not belong together.
    [[nodiscard]] std::optional<secret> opened(const secret& key, std::string_view nonce, std::string_view ciphertext,
                                               std::string_view tag, std::string_view authenticated) const;

private:
    struct free_cipher {
        void operator()(EVP_CIPHER* cipher) const noexcept { EVP_CIPHER_free(cipher); }
    };
    std::unique_ptr<EVP_CIPHER, free_cipher> cipher_;
};

}  // namespace coauth
