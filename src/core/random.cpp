#include <coauth/core/encoding.hpp>
#include <coauth/core/error.hpp>
#include <coauth/core/random.hpp>
#include <coauth/core/secret.hpp>

#include <boost/container/small_vector.hpp>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <pthread.h>
#include <utility>

namespace coauth {
namespace {

void fill_by_openssl(std::span<unsigned char> bytes) {
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
        RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        failure what;
        what.code = errc::invalid_argument;
        what.step = "random";
        what.detail = "OpenSSL's random generator gave no bytes; check the machine's entropy source";
        throw error(std::move(what));
    }
}

/// The forks that have led to this process. (Its id would not do: a descendant may get that of a dead forebear.)
std::atomic<unsigned> forks{0};

/// A thread's bytes for short draws: OpenSSL takes nearly as long for 12 as for many, and a login draws up to four
/// times. Each byte is handed out once, and is not kept after that.
class ready_bytes {
public:
    static constexpr std::size_t longest_draw = 64;

    void take(std::span<unsigned char> into) {
        if (const unsigned now = forks; left_ < into.size() || drawn_after_ != now) {
            left_ = 0;
            fill_by_openssl(bytes_);
            left_ = bytes_.size();
            drawn_after_ = now;  // what a fork has copied is the parent's alone
        }
        const std::span<unsigned char> given = std::span{bytes_}.subspan(left_ - into.size(), into.size());
        std::copy(given.begin(), given.end(), into.begin());
        OPENSSL_cleanse(given.data(), given.size());
        left_ -= into.size();
    }

private:
    std::array<unsigned char, 1024> bytes_{};
    std::size_t left_ = 0;
    unsigned drawn_after_ = 0;
};

class openssl_random final : public random_source {
public:
    void fill(std::span<unsigned char> bytes) const override {
        if (bytes.size() > ready_bytes::longest_draw || !tells_forks_) {
            fill_by_openssl(bytes);
            return;
        }
        static thread_local constinit ready_bytes of_this_thread;
        of_this_thread.take(bytes);
    }

private:
    const bool tells_forks_ = pthread_atfork(nullptr, nullptr, [] { ++forks; }) == 0;
};

}  // namespace

const std::shared_ptr<const random_source>& system_random() {
    static const std::shared_ptr<const random_source> instance = std::make_shared<openssl_random>();
    return instance;
}

std::string random_text(const random_source& source, std::size_t bytes) {
    boost::container::small_vector<unsigned char, 64> raw(bytes);
    source.fill(raw);
    std::string text = base64url({reinterpret_cast<const char*>(raw.data()), raw.size()});
    OPENSSL_cleanse(raw.data(), raw.size());
    return text;
}

}  // namespace coauth
