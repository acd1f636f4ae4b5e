#pragma once

#include "web/http_server.hpp"

#include <ctime>
#include <string>

namespace web {

/// How a response goes out.
struct framing {
    bool keep_alive = true;
    bool without_body = false;  ///< HEAD asked: the head says how long the body would be.
    std::time_t date = 0;
};

/// The response as HTTP/1.1. Throws `std::invalid_argument` where a status or a header cannot be sent.
[[nodiscard]] std::string response_text(const response& made, const framing& how);

}  // namespace web
