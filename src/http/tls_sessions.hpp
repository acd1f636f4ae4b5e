#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

extern "C" {
using SSL_SESSION = struct ssl_session_st;
}

namespace coauth::http {

struct tls_session_deleter {
    void operator()(SSL_SESSION* session) const noexcept;
};
using tls_session = std::unique_ptr<SSL_SESSION, tls_session_deleter>;

/// The TLS sessions of one origin that may be resumed. A TLS 1.3 ticket is good for one connection (RFC 8446, appendix
/// C.4), so there is a stack of them: as many as connections may be opened at once.
///
/// Threads: any.
class tls_sessions {
public:
    explicit tls_sessions(std::size_t limit);

    /// Keeps `session`; the oldest makes room for it.
    void put(tls_session session);

    /// The newest that is still good, or null. A session of TLS 1.2 stays for others.
    [[nodiscard]] tls_session take();

private:
    const std::size_t limit_;
    std::mutex mutex_;
    std::vector<tls_session> stack_;
};

}  // namespace coauth::http
