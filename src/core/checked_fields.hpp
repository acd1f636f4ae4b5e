#pragma once

#include <coauth/core/http_message.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace coauth {

/// Header fields that say where a message ends, or whom a connection serves: the transport's alone to write.
inline constexpr std::array<std::string_view, 10> transport_fields{
    "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Proxy-Connection",
    "TE",   "Trailer",        "Upgrade",           "Expect"};

/// A request's fields that were checked when they were written: each has a token for its name, which is none of those,
/// and no control character in its value. The transport looks at the others: a field with an access token is long.
struct checked_fields {
    /// All that the request has by now.
    static void note(http_request& of) noexcept { of.checked_fields_ = of.header_count(); }

    /// So many, the first ones.
    [[nodiscard]] static std::size_t of(const http_request& which) noexcept { return which.checked_fields_; }
};

}  // namespace coauth
