#pragma once

#include "http/tls_sessions.hpp"

#include <coauth/http/tls_options.hpp>

#include <memory>
#include <string>

extern "C" {
using SSL_CTX = struct ssl_ctx_st;
using SSL = struct ssl_st;
}

namespace coauth::http {

struct tls_client_deleter {
    void operator()(SSL* client) const noexcept;
};
using tls_client = std::unique_ptr<SSL, tls_client_deleter>;

/// What all connections of a pool share in TLS: whom to trust, who we are, which versions.
class tls_context {
public:
    /// Throws `coauth::error` with `errc::tls_configuration`.
    explicit tls_context(const tls_options& options);

    /// For one connection to `host`, whose certificate it will demand. It resumes one of `sessions` if it can, and
    /// keeps new ones there: they have to outlive it. Throws `coauth::error`.
    [[nodiscard]] tls_client new_client(const std::string& host, tls_sessions& sessions) const;

private:
    struct deleter {
        void operator()(SSL_CTX* context) const noexcept;
    };
    std::unique_ptr<SSL_CTX, deleter> context_;
};

/// Why the handshake did not accept the peer's certificate ("hostname mismatch"), or nothing if that was not it.
[[nodiscard]] std::string certificate_complaint(const SSL* client);

}  // namespace coauth::http
