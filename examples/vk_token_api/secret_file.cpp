#include "secret_file.hpp"

#include "configuration.hpp"

#include <coauth/core/error.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <sys/stat.h>

namespace vk_token_api {

coauth::secret read_secret_file(const std::string& path) {
    struct stat what {};
    if (::stat(path.c_str(), &what) == 0 && (what.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        throw configuration_error("others than its owner may read or write " + coauth::printable(path) +
                                  "; chmod 600 it");
    }
    std::string content = content_of(path);
    coauth::secret line{content.substr(0, content.find_first_of("\r\n"))};
    coauth::wipe(content);
    return line;
}

coauth::secret webhook_key(const coauth::secret& text) {
    constexpr std::string_view prefix = "whsec_";
    if (!text.reveal().starts_with(prefix)) {
        return text;
    }
    const std::string_view encoded = text.reveal().substr(prefix.size());
    const auto padding = static_cast<std::size_t>(std::count(encoded.begin(), encoded.end(), '='));
    std::string bytes(encoded.size() / 4 * 3, '\0');
    const int length =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(encoded.data()), static_cast<int>(encoded.size()));
    if (length < 0 || padding > 2 || bytes.size() < padding) {
        throw configuration_error("the webhook's key begins with whsec_, and what follows is not Base64");
    }
    bytes.resize(bytes.size() - padding);
    return coauth::secret{std::move(bytes)};
}

}  // namespace vk_token_api
