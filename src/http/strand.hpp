#pragma once

#include "http/context_executor.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>

namespace coauth::http {

/// Where a connection is opened and closed, one thing at a time. By its own type and not as an `executor`, which would
/// allocate memory for each operation on a socket.
using strand = boost::asio::strand<context_executor>;

[[nodiscard]] inline strand make_strand(const executor& where) {
    return boost::asio::make_strand(context_executor::of(where));
}

/// A socket on the executor itself: one operation at a time needs no strand.
using tcp_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, context_executor>;

}  // namespace coauth::http
