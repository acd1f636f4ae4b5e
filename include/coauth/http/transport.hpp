#pragma once

#include <coauth/core/http_message.hpp>
#include <coauth/http/awaitable.hpp>

namespace coauth {

/// Something that sends an HTTP request and awaits the whole answer: `connection_pool`, an HTTP client of one's own, or
/// a scripted one in a test.
class transport {
public:
    virtual ~transport() = default;

    /// Sends `request` and returns the complete answer, whatever its status.
    ///
    /// Throws `coauth::error` of class network, tls, timeout, protocol or cancelled, with `failure::request_sent` true
    /// unless it is certain that no byte of the request was written; and `errc::invalid_argument` for a request that
    /// may not be sent (a URL that is not https, a line break in a header), before anything is. Never follows a
    /// redirect. Never returns an incomplete answer. A request that is not `idempotent` is never sent twice.
    /// Cancellation (terminal, partial or total) ends it at once with `errc::cancelled`. Threads: any; the caller
    /// resumes on its own executor.
    virtual awaitable<http_response> send(http_request request) = 0;
};

}  // namespace coauth
