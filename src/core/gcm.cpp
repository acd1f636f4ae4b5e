#include "core/gcm.hpp"

#include <coauth/core/error.hpp>
#include <coauth/core/random.hpp>

#include <array>
#include <limits>
#include <utility>

namespace coauth {
namespace {

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text, std::size_t at) {
    return reinterpret_cast<unsigned char*>(text.data() + at);
}

error refused(std::string detail) {
    failure what;
    what.code = errc::invalid_argument;
    what.step = "seal";
    what.detail = std::move(detail);
    return error{std::move(what)};
}

/// Sizes as OpenSSL counts them.
int size_of(std::string_view text) {
    if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        throw refused("more than 2 GiB cannot be sealed at once");
    }
    return static_cast<int>(text.size());
}

struct free_cipher {
    void operator()(EVP_CIPHER* cipher) const noexcept { EVP_CIPHER_free(cipher); }
};

}  // namespace

gcm::gcm(const secret& key) : keyed_{EVP_CIPHER_CTX_new()} {
    const std::unique_ptr<EVP_CIPHER, free_cipher> cipher{EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)};
    if (!cipher) {
        throw refused("OpenSSL has no AES-256-GCM; check which of its providers are loaded");
    }
    if (!keyed_ || EVP_EncryptInit_ex2(keyed_.get(), cipher.get(), bytes_of(key.reveal()), nullptr, nullptr) != 1) {
        throw refused("OpenSSL took no key for AES-256-GCM; check its version and its memory");
    }
}

/// Null if there is no memory.
gcm::context gcm::take_context() const {
    {
        const std::scoped_lock lock{mutex_};
        if (!spare_.empty()) {
            context taken = std::move(spare_.back());
            spare_.pop_back();
            return taken;
        }
    }
    context made{EVP_CIPHER_CTX_new()};
    return made && EVP_CIPHER_CTX_copy(made.get(), keyed_.get()) == 1 ? std::move(made) : nullptr;
}

void gcm::give_back(context used) const {
    const std::scoped_lock lock{mutex_};
    spare_.push_back(std::move(used));
}

void gcm::append_sealed(std::string& out, std::string_view plain, std::string_view authenticated) const {
    std::array<unsigned char, nonce_size> nonce{};
    system_random()->fill(nonce);
    const int plain_size = size_of(plain);
    const int authenticated_size = size_of(authenticated);
    out.append(reinterpret_cast<const char*>(nonce.data()), nonce.size());
    const std::size_t body = out.size();
    out.resize(body + plain.size() + tag_size);
    context with = take_context();
    int written = 0;
    const bool done =
        with && EVP_EncryptInit_ex2(with.get(), nullptr, nullptr, nonce.data(), nullptr) == 1 &&
        EVP_EncryptUpdate(with.get(), nullptr, &written, bytes_of(authenticated), authenticated_size) == 1 &&
        EVP_EncryptUpdate(with.get(), bytes_of(out, body), &written, bytes_of(plain), plain_size) == 1 &&
        EVP_EncryptFinal_ex(with.get(), bytes_of(out, body + plain.size()), &written) == 1 &&
        EVP_CIPHER_CTX_ctrl(with.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, bytes_of(out, body + plain.size())) == 1;
    if (!done) {
        throw refused("OpenSSL could not seal; check its version and its memory");
    }
    give_back(std::move(with));
}

std::optional<secret> gcm::opened(std::string_view nonce, std::string_view ciphertext, std::string_view tag,
                                  std::string_view authenticated) const {
    // OpenSSL takes the tag to be compared through a pointer that is not const.
    std::array<char, tag_size> its_tag{};
    tag.copy(its_tag.data(), its_tag.size());
    std::string plain(ciphertext.size() + 1, '\0');  // one more: OpenSSL takes no null pointer for an empty text
    context with = take_context();
    int written = 0;
    const bool done =
        with && EVP_DecryptInit_ex2(with.get(), nullptr, nullptr, bytes_of(nonce), nullptr) == 1 &&
        EVP_DecryptUpdate(with.get(), nullptr, &written, bytes_of(authenticated), size_of(authenticated)) == 1 &&
        EVP_DecryptUpdate(with.get(), bytes_of(plain, 0), &written, bytes_of(ciphertext), size_of(ciphertext)) == 1 &&
        EVP_CIPHER_CTX_ctrl(with.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, its_tag.data()) == 1 &&
        EVP_DecryptFinal_ex(with.get(), bytes_of(plain, ciphertext.size()), &written) == 1;
    plain.resize(ciphertext.size());
    secret opened{std::move(plain)};
    if (!done) {
        return std::nullopt;  // and nobody uses that context again
    }
    give_back(std::move(with));
    return opened;
}

}  // namespace coauth
