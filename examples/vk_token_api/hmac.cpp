#include "hmac.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

namespace vk_token_api {

std::string hmac_sha256(const coauth::secret& key, std::string_view text) {
    std::string digest(32, '\0');
    unsigned length = 0;
    const unsigned char* const made = HMAC(EVP_sha256(), key.reveal().data(), static_cast<int>(key.reveal().size()),
                                           reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                           reinterpret_cast<unsigned char*>(digest.data()), &length);
    if (made == nullptr || length != digest.size()) {
        throw std::runtime_error("OpenSSL cannot make an HMAC");
    }
    return digest;
}

}  // namespace vk_token_api
