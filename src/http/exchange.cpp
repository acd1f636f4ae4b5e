#include "http/exchange.hpp"

#include <boost/asio/ssl/error.hpp>

namespace coauth::http {

namespace {

bool ends_the_connection(const boost::system::error_code& error) {
    namespace asio = boost::asio;
    return error == asio::error::eof || error == asio::ssl::error::stream_truncated ||
           error == asio::error::connection_reset || error == asio::error::connection_aborted ||
           error == asio::error::broken_pipe || error == asio::error::not_connected || error == asio::error::shut_down;
}

}  // namespace

failure stream_failure(const boost::system::error_code& error, bool response_begun) {
    failure lost;
    if (error == boost::asio::error::operation_aborted) {
        lost.code = errc::cancelled;
        lost.detail = "the exchange was given up before the answer was complete";
    } else if (response_begun) {
        lost.code = errc::incomplete_http;
        lost.detail = "the connection ended in the middle of the answer";
    } else if (error.category() == boost::asio::error::get_ssl_category()) {
        // In TLS 1.3 a server that refuses our certificate says so only now.
        lost.code = errc::tls_handshake_failed;
        lost.detail = "the peer refused the TLS connection after the handshake";
    } else {
        lost.code = errc::connection_lost;
        lost.detail = "the connection ended before an answer came";
    }
    if (error && lost.code != errc::cancelled && !ends_the_connection(error))
        lost.detail += " (" + printable(error.message(), 100) + ")";
    return lost;
}

failure unasked_answer() {
    failure refused;
    refused.code = errc::malformed_http;
    refused.detail = "an answer came before anything was asked; it belongs to no request";
    return refused;
}

}  // namespace coauth::http
