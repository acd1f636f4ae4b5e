#include "http/tls_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <new>
#include <sys/socket.h>

namespace coauth::http {

namespace asio = boost::asio;

namespace {

/// Most requests are shorter; OpenSSL keeps memory for one record.
constexpr unsigned largest_record_sent = 2048;

/// What OpenSSL's functions take at most.
int length_of(std::size_t bytes) noexcept {
    return static_cast<int>(std::min<std::size_t>(bytes, std::numeric_limits<int>::max()));
}

/// Why OpenSSL itself gave up: an alert of the peer's, a record that is none. Nothing where the connection ended. It
/// has just said so, as the last of what its queue holds, where another user of OpenSSL in this thread may have left
/// more.
boost::system::error_code openssl_error() noexcept {
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    if (code == 0 || ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        return {};
    }
    return {static_cast<int>(code), asio::error::get_ssl_category()};
}

}  // namespace

/// What OpenSSL reads from and writes to.
struct tls_stream::bio {
    static int read(BIO* from, char* into, int size) {
        auto& self = *static_cast<tls_stream*>(BIO_get_data(from));
        BIO_clear_retry_flags(from);
        const std::size_t count = std::min(self.end_ - self.begin_, static_cast<std::size_t>(size));
        if (count == 0) {
            return self.read_error_ ? 0 : starve(self, from);
        }
        std::memcpy(into, self.incoming_.get() + self.begin_, count);
        self.begin_ += count;
        return static_cast<int>(count);
    }

    static int starve(tls_stream& self, BIO* from) {
        self.starved_ = true;
        BIO_set_retry_read(from);
        return -1;
    }

    static int write(BIO* to, const char* what, int size) {
        auto& self = *static_cast<tls_stream*>(BIO_get_data(to));
        BIO_clear_retry_flags(to);
        ssize_t count = 0;
        do {
            count = ::send(self.handle_, what, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
        } while (count < 0 && errno == EINTR);
        if (count >= 0) {
            return static_cast<int>(count);
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            self.crowded_ = true;
            BIO_set_retry_write(to);
        } else {
            self.write_error_ = {errno, boost::system::system_category()};
        }
        return -1;
    }

    static long control(BIO* of, int command, long /*number*/, void* /*pointer*/) {
        const auto& self = *static_cast<tls_stream*>(BIO_get_data(of));
        switch (command) {
            case BIO_CTRL_FLUSH:
                return 1;
            case BIO_CTRL_EOF:
                return self.read_error_ && self.begin_ == self.end_ ? 1 : 0;
            default:
                return 0;
        }
    }

    static const BIO_METHOD* method() {
        static const BIO_METHOD* const made = [] {
            BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "coauth tls_stream");
            if (method != nullptr) {
                BIO_meth_set_read(method, &bio::read);
                BIO_meth_set_write(method, &bio::write);
                BIO_meth_set_ctrl(method, &bio::control);
            }
            return method;
        }();
        return made;
    }
};

tls_stream::tls_stream(tcp_socket connected, tls_client client)
    : socket_{std::move(connected)}, handle_{socket_.native_handle()}, client_{std::move(client)} {
    const BIO_METHOD* method = bio::method();
    BIO* const both_ways = method != nullptr ? BIO_new(method) : nullptr;
    if (both_ways == nullptr) {
        throw std::bad_alloc{};
    }
    BIO_set_data(both_ways, this);
    BIO_set_init(both_ways, 1);
    SSL_set_bio(client_.get(), both_ways, both_ways);
    SSL_set_mode(client_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_set_max_send_fragment(client_.get(), largest_record_sent);
    SSL_set_read_ahead(client_.get(), 1);
    SSL_set_connect_state(client_.get());
}

tls_stream::~tls_stream() {
    // An SSL that is freed without this takes its session with it.
    SSL_set_shutdown(client_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

void tls_stream::handshake(error_code& failed) {
    ERR_clear_error();  // a handshake may also end without a word
    begin();
    conclude(SSL_do_handshake(client_.get()), failed);
    if (!failed) {
        release_incoming();  // which grew for the certificates
    }
}

std::size_t tls_stream::read_some(asio::mutable_buffer into, error_code& failed) {
    begin();
    return conclude(SSL_read(client_.get(), into.data(), length_of(into.size())), failed);
}

std::size_t tls_stream::write_some(asio::const_buffer from, error_code& failed) {
    begin();
    return conclude(SSL_write(client_.get(), from.data(), length_of(from.size())), failed);
}

void tls_stream::begin() noexcept {
    starved_ = crowded_ = false;
    write_error_ = {};
}

std::size_t tls_stream::conclude(int done, error_code& failed) noexcept {
    failed = {};
    if (done > 0) {
        return static_cast<std::size_t>(done);
    }
    // The first three OpenSSL does not say in its queue.
    const bool ended = (SSL_get_shutdown(client_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
    if (starved_ || crowded_) {
        failed = asio::error::would_block;
    } else if (write_error_) {
        failed = write_error_;
    } else if (ended && SSL_in_init(client_.get()) == 0) {  // it stands there too after an alert that breaks it off
        failed = asio::error::eof;
    } else if (const error_code told = openssl_error()) {
        failed = told;
    } else if (ended) {
        failed = asio::error::eof;
    } else if (read_error_ && read_error_ != asio::error::eof) {
        failed = read_error_;
    } else {
        failed = asio::ssl::error::stream_truncated;
    }
    return 0;
}

/// OpenSSL has read all that came before.
asio::mutable_buffer tls_stream::space() {
    const bool was_filled = end_ == capacity_;
    if (was_filled && capacity_ < most_incoming) {
        const std::size_t larger = std::clamp(4 * capacity_, least_incoming, most_incoming);
        incoming_.reset(new char[larger]);
        capacity_ = larger;
    }
    begin_ = end_ = 0;
    return {incoming_.get(), capacity_};
}

void tls_stream::arrived(const error_code& failed, std::size_t count) noexcept {
    read_error_ = failed;
    end_ += count;
}

bool tls_stream::has_unread() const noexcept {
    return begin_ != end_ || SSL_has_pending(client_.get()) == 1;
}

bool tls_stream::fetch() {
    if (begin_ != end_) {
        return false;
    }
    const asio::mutable_buffer into = space();
    const auto count = ::recv(handle_, into.data(), into.size(), MSG_DONTWAIT);
    if (count > 0) {
        arrived({}, static_cast<std::size_t>(count));
    } else if (count == 0) {
        arrived(asio::error::eof, 0);
    } else if (errno != EAGAIN && errno != EWOULDBLOCK) {
        arrived({errno, boost::system::system_category()}, 0);
    } else {
        return false;
    }
    return true;
}

bool tls_stream::has_input() noexcept {
    char byte{};
    const auto count = ::recv(handle_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

void tls_stream::release_memory() noexcept {
    SSL_free_buffers(client_.get());
    release_incoming();
}

void tls_stream::release_incoming() noexcept {
    if (begin_ == end_) {
        incoming_.reset();
        begin_ = end_ = capacity_ = 0;
    }
}

void tls_stream::shutdown() noexcept {
    ::shutdown(handle_, SHUT_RDWR);
}

}  // namespace coauth::http
