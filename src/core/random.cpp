#include <coauth/core/encoding.hpp>
#include <coauth/core/error.hpp>
#include <coauth/core/random.hpp>
#include <coauth/core/secret.hpp>

#include <openssl/rand.h>

#include <limits>

namespace coauth {
namespace {

class openssl_random final : public random_source {
public:
    void fill(std::span<unsigned char> bytes) const override {
        if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
            RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
            failure what;
            what.code = errc::invalid_argument;
            what.step = "random";
            what.detail = "OpenSSL's random generator gave no bytes; check the machine's entropy source";
            throw error(std::move(what));
        }
    }
};

}  // namespace

const std::shared_ptr<const random_source>& system_random() {
    static const std::shared_ptr<const random_source> instance = std::make_shared<openssl_random>();
    return instance;
}

std::string random_text(const random_source& source, std::size_t bytes) {
    std::string raw(bytes, '\0');
    source.fill({reinterpret_cast<unsigned char*>(raw.data()), raw.size()});
    std::string text = base64url(raw);
    wipe(raw);
    return text;
}

}  // namespace coauth
