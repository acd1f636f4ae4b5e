#include "http/tls_sessions.hpp"

#include <openssl/ssl.h>

#include <ctime>
#include <utility>

namespace coauth::http {
namespace {

bool is_good(const SSL_SESSION* session) {
    return SSL_SESSION_is_resumable(session) == 1 &&
           std::time(nullptr) < SSL_SESSION_get_time(session) + SSL_SESSION_get_timeout(session);
}

}  // namespace

void tls_session_deleter::operator()(SSL_SESSION* session) const noexcept {
    SSL_SESSION_free(session);
}

tls_sessions::tls_sessions(std::size_t limit) : limit_{limit} {}

void tls_sessions::put(tls_session session) {
    const std::scoped_lock lock{mutex_};
    if (stack_.size() >= limit_) {
        stack_.erase(stack_.begin());
    }
    stack_.push_back(std::move(session));
}

tls_session tls_sessions::take() {
    const std::scoped_lock lock{mutex_};
    while (!stack_.empty()) {
        tls_session newest = std::move(stack_.back());
        stack_.pop_back();
        if (!is_good(newest.get())) {
            continue;
        }
        if (SSL_SESSION_get_protocol_version(newest.get()) < TLS1_3_VERSION) {
            SSL_SESSION_up_ref(newest.get());
            stack_.emplace_back(newest.get());
        }
        return newest;
    }
    return nullptr;
}

}  // namespace coauth::http
