#pragma once

#include "certificate_authority.hpp"
#include "messages.hpp"

#include <coauth/http/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace coauth::sandbox {

/// Answers a request; called from any thread, several at once.
using request_handler = std::function<answer(const request&)>;

/// HTTP/1.1 over TLS 1.2 and 1.3: keep-alive, session tickets, one strand a connection, bounded sizes.
///
/// Threads: any. Lifetime: the executor's context must outlive it.
class tls_listener {
public:
    /// Listens at once. Throws `boost::system::system_error`.
    tls_listener(executor where, const std::string& address, std::uint16_t port, const issued_certificate& certificate,
                 request_handler handle);
    ~tls_listener();

    tls_listener(const tls_listener&) = delete;
    tls_listener& operator=(const tls_listener&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept;

    /// Nothing is accepted from here on; connections are closed on their strands, soon.
    void stop() noexcept;

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

}  // namespace coauth::sandbox
