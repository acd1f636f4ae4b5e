#pragma once

#include "http/response_reader.hpp"

#include <coauth/core/http_message.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace coauth::http {

/// An answer such as nearly all are, and what is to be known of it.
struct plain_response {
    http_response response;
    std::size_t bytes = 0;  ///< How many were its own.
    bool keep_alive = true;
};

/// Reads an answer to anything but HEAD and CONNECT that has come whole and has nothing unusual: HTTP/1.1, a status
/// that may have a body, lines that end with CRLF, no more than 32 fields, a space before a value, values of visible
/// characters, one Content-Length, no coding. Nothing for every other one, right or wrong: those are Beast's to read,
/// which would read these as they are read here, and takes five times as long for it.
[[nodiscard]] std::optional<plain_response> read_plain_response(std::string_view bytes, const response_limits& limits);

}  // namespace coauth::http
