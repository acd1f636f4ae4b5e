#pragma once

#include "http/strand.hpp"
#include "http/tls_context.hpp"

#include <boost/asio/append.hpp>
#include <boost/asio/associator.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <utility>

extern "C" {
using BIO = struct bio_st;
}

namespace coauth::http {

/// TLS on a TCP connection. Nothing blocks: what cannot be done at once says `would_block`, and `async_wait` says when
/// it is worth another try.
///
/// OpenSSL writes to the socket itself, and reads from memory that is filled while somebody waits: no byte goes through
/// more buffers than that, and all of them can be given back while the connection is idle.
///
/// Threads: one at a time, except for `shutdown`. A wait to read and one to write may be under way together.
class tls_stream {
public:
    using executor_type = tcp_socket::executor_type;
    using wait_type = boost::asio::socket_base::wait_type;
    using error_code = boost::system::error_code;

    /// `client` has not begun its handshake.
    tls_stream(tcp_socket connected, tls_client client);
    ~tls_stream();

    tls_stream(const tls_stream&) = delete;
    tls_stream& operator=(const tls_stream&) = delete;

    [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }
    [[nodiscard]] SSL* native_handle() const noexcept { return client_.get(); }

    /// Goes on with the handshake; to be called again for as long as it would block.
    void handshake(error_code& failed);

    /// `eof` once the peer has ended TLS in good order, `stream_truncated` if it only closed the connection.
    std::size_t read_some(boost::asio::mutable_buffer into, error_code& failed);
    std::size_t write_some(boost::asio::const_buffer from, error_code& failed);

    /// What the last call that would block has to wait for.
    [[nodiscard]] wait_type awaited() const noexcept {
        return starved_ ? boost::asio::socket_base::wait_read : boost::asio::socket_base::wait_write;
    }

    /// Waits until there is something to read, or room to write. `void(error_code)`; failures show at the next try.
    template <class Token>
    auto async_wait(wait_type what, Token&& token);

    /// Whether bytes came that `read_some` has not handed out. They may be no more than a part of a record.
    [[nodiscard]] bool has_unread() const noexcept;

    /// Takes in what has come, its end too, and says whether there was anything. For when nobody waits to read.
    bool fetch();

    /// Whether something has come that was not taken in, or the end. Quick; never blocks.
    [[nodiscard]] bool has_input() noexcept;

    /// Gives back the memory that the next record will need again; what has come of one stays.
    void release_memory() noexcept;

    /// Ends the connection, and with it every wait. Any thread.
    void shutdown() noexcept;

    template <class Handler>
    struct arrival;

private:
    struct bio;

    // One read of the socket's. It begins with the size of a common reply and grows where replies are larger.
    static constexpr std::size_t least_incoming = 2 * 1024;
    static constexpr std::size_t most_incoming = 16 * 1024;

    void begin() noexcept;
    std::size_t conclude(int done, error_code& failed) noexcept;
    boost::asio::mutable_buffer space();
    void arrived(const error_code& failed, std::size_t count) noexcept;
    void release_incoming() noexcept;

    tcp_socket socket_;
    const int handle_;  // the socket's own, for `shutdown`
    tls_client client_;
    std::unique_ptr<char[]> incoming_;  // what came and OpenSSL has not read
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    error_code read_error_;   // what ended the arrivals
    error_code write_error_;  // what the socket said to the last try
    bool starved_ = false;    // OpenSSL wanted more than there was
    bool crowded_ = false;    // the socket took no more
};

/// Takes in what came before the one who waits is called, and is for Asio as that one: its executor, its memory.
template <class Handler>
struct tls_stream::arrival {
    tls_stream* self;
    Handler next;

    void operator()(const error_code& failed, std::size_t count) {
        self->arrived(failed, count);
        std::move(next)(error_code{});
    }
};

template <class Token>
auto tls_stream::async_wait(wait_type what, Token&& token) {
    const auto begin = [](auto handler, tls_stream* self, wait_type direction) {
        if (direction == boost::asio::socket_base::wait_write) {
            self->socket_.async_wait(direction, std::move(handler));
        } else if (self->read_error_ || (!self->starved_ && self->has_unread())) {
            boost::asio::post(self->get_executor(), boost::asio::append(std::move(handler), error_code{}));
        } else {
            self->socket_.async_read_some(self->space(), arrival<decltype(handler)>{self, std::move(handler)});
        }
    };
    return boost::asio::async_initiate<Token, void(error_code)>(begin, token, this, what);
}

}  // namespace coauth::http

template <template <class, class> class Associator, class Handler, class Default>
struct boost::asio::associator<Associator, coauth::http::tls_stream::arrival<Handler>, Default>
    : Associator<Handler, Default> {
    using whose = coauth::http::tls_stream::arrival<Handler>;
    static typename Associator<Handler, Default>::type get(const whose& arrival) noexcept {
        return Associator<Handler, Default>::get(arrival.next);
    }
    static typename Associator<Handler, Default>::type get(const whose& arrival, const Default& otherwise) noexcept {
        return Associator<Handler, Default>::get(arrival.next, otherwise);
    }
};
