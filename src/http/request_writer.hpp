#pragma once

#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace coauth::http {

/// To whom a URL's request goes (RFC 6454, section 4); the scheme is always https.
struct origin {
    std::string host;  ///< In lower case; an IPv6 address without its brackets.
    std::uint16_t port = 443;

    friend bool operator==(const origin&, const origin&) = default;

    /// "api.hikka.io", "localhost:8443", "[::1]:8443": what `Host` says.
    [[nodiscard]] std::string authority() const;
};

struct origin_book;

/// What a URL says to a request.
struct destination {
    destination(origin its_origin, std::string its_authority, std::string its_head);
    destination(destination&&) noexcept = default;
    ~destination();  ///< Wipes the head.

    const origin to;
    const std::string authority;  ///< Of `to`.
    std::string head;             ///< From behind the method to the end of `Host`. May carry a secret.

    mutable origin_book* book = nullptr;  ///< Where the ledger keeps its calls. The ledger's, under the pool's mutex.
};

/// Fails with `errc::invalid_argument` where the URL is not absolute and https, or has a user in it. The text does not
/// repeat the URL, for it may carry a secret.
[[nodiscard]] result<destination> read_url(std::string_view url);

/// Fails with `errc::invalid_argument` where something may not be sent: a method or a name that is not a token, a
/// control character, a header that is the transport's to write. The text names the header but never its value.
[[nodiscard]] result<void> check_request(const http_request& request);

/// Appends a request that was checked, head and body, to `out` as RFC 9112 writes it, with `Host` and `Content-Length`.
void write_request(std::string& out, const http_request& request, const destination& goes_to);

/// Appends a CONNECT request for `target` ("api.hikka.io:443") to `out`; `credentials` are the value of
/// `Proxy-Authorization`, or empty.
[[nodiscard]] result<void> write_connect(std::string& out, std::string_view target, std::string_view credentials);

}  // namespace coauth::http
