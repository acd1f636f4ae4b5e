#pragma once

#include "core/brief_mutex.hpp"

#include <coauth/core/secret.hpp>

#include <openssl/evp.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coauth {

/// AES-256-GCM (NIST SP 800-38D) under one key, out of OpenSSL. Threads: any.
class gcm {
public:
    static constexpr std::size_t nonce_size = 12;
    static constexpr std::size_t tag_size = 16;

    /// `key`: 32 bytes.
    explicit gcm(const secret& key);

    /// Appends a random nonce, the ciphertext and the tag.
    void append_sealed(std::string& out, std::string_view plain, std::string_view authenticated) const;

    /// Nothing where key, ciphertext, tag and what was authenticated do not belong together.
    [[nodiscard]] std::optional<secret> opened(std::string_view nonce, std::string_view ciphertext,
                                               std::string_view tag, std::string_view authenticated) const;

private:
    struct free_context {
        void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
    };
    using context = std::unique_ptr<EVP_CIPHER_CTX, free_context>;

    [[nodiscard]] context take_context() const;
    void give_back(context used) const;

    // With the key worked out for the cipher, which takes as long as sealing what is short.
    context keyed_;
    mutable brief_mutex mutex_;
    mutable std::vector<context> spare_;
};

}  // namespace coauth
