#pragma once

#include "web/http_server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/write.hpp>

#include <string>

namespace web::test {

namespace asio = boost::asio;
using asio::ip::tcp;

/// A server on two threads.
class running_server {
public:
    explicit running_server(handler answers, server_options options = {})
        : server(threads.get_executor(), std::move(options), std::move(answers)) {}

    ~running_server() { threads.stop(); }

    asio::thread_pool threads{2};
    http_server server;
};

/// Tells what was asked.
inline coauth::awaitable<response> echo(request asked) {
    co_return response{200, "text/plain", asked.method + " " + asked.path + " " + asked.body};
}

/// A connection that sends raw bytes and blocks.
class raw_client {
public:
    explicit raw_client(const http_server& server) {
        socket.connect({asio::ip::make_address("127.0.0.1"), server.port()});
    }

    void send(const std::string& bytes) {
        boost::system::error_code ignored;  // the server may have had enough already
        asio::write(socket, asio::buffer(bytes), ignored);
    }

    /// All that comes back until the server closes.
    std::string rest() {
        asio::read(socket, asio::dynamic_buffer(unread), ended);
        return std::exchange(unread, {});
    }

    /// What comes back up to and with `end`.
    std::string until(const std::string& end) {
        const std::size_t length = asio::read_until(socket, asio::dynamic_buffer(unread), end, ended);
        std::string text = unread.substr(0, length);
        unread.erase(0, length);
        return text;
    }

    std::string talk(const std::string& bytes) {
        send(bytes);
        return rest();
    }

    asio::io_context context;
    tcp::socket socket{context};
    std::string unread;
    boost::system::error_code ended;
};

}  // namespace web::test
