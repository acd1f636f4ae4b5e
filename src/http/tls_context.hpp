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

/// What all connections of a pool share in TLS: whom to trust, who we are, which versions.
class tls_context {
public:
    /// Throws `coauth::error` with `errc::tls_configuration`.
    explicit tls_context(const tls_options& options);

    /// A TLS client for one connection to `host`, whose certificate it will demand; the caller owns it. It resumes one
    /// of `sessions` if it can, and keeps new ones there: they have to outlive it. Throws `coauth::error`.
    [[nodiscard]] SSL* new_client(const std::string& host, tls_sessions& sessions) const;

private:
    struct deleter {
        void operator()(SSL_CTX* context) const noexcept;
    };
    std::unique_ptr<SSL_CTX, deleter> context_;
};

/// Why the handshake did not accept the peer's certificate ("hostname mismatch"), or nothing if that was not it.
[[nodiscard]] std::string certificate_complaint(const SSL* client);

}  // namespace coauth::http
