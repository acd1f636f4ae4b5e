#pragma once

#include <coauth/http/awaitable.hpp>

#include <boost/asio/strand.hpp>

namespace coauth::http {

/// Where a connection does one thing at a time. By its own type and not as an `executor`, which would allocate memory
/// for each operation on a socket.
using strand = boost::asio::strand<executor>;

}  // namespace coauth::http
