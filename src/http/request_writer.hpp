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

/// The origin of an absolute https URL. Fails with `errc::invalid_argument`; the text never repeats the URL, for it may
/// carry a secret.
[[nodiscard]] result<origin> origin_of(std::string_view url);

/// Appends the request, head and body, to `out` as RFC 9112 writes it, with `Host` and `Content-Length`.
///
/// Fails with `errc::invalid_argument`, naming the header but never its value, where something may not be sent: a
/// method or a name that is not a token, a control character, a header that is the transport's to write. `out` is then
/// as it was.
[[nodiscard]] result<void> write_request(std::string& out, const http_request& request);

/// Appends a CONNECT request for `target` ("api.hikka.io:443") to `out`; `credentials` are the value of
/// `Proxy-Authorization`, or empty.
[[nodiscard]] result<void> write_connect(std::string& out, std::string_view target, std::string_view credentials);

}  // namespace coauth::http
