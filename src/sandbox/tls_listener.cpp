#include "tls_listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <unordered_map>

namespace coauth::sandbox {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::size_t max_header_bytes = 16 * 1024;
constexpr std::size_t max_body_bytes = 64 * 1024;
constexpr auto handshake_timeout = 10s;
constexpr auto idle_timeout = 75s;  // what common servers allow
constexpr auto write_timeout = 10s;
constexpr auto shutdown_timeout = 2s;
constexpr auto accept_retry_delay = 50ms;

using incoming = http::request<http::string_body>;
using outgoing = http::response<http::string_body>;

std::string host_of(const incoming& message) {
    std::string host{message[http::field::host]};
    host.resize(std::min(host.find(':'), host.size()));
    std::ranges::transform(host, host.begin(), [](unsigned char letter) {
        return static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter);
    });
    return host;
}

request plain(incoming message, const std::string& peer_address) {
    request received;
    received.method = std::string{message.method_string()};
    received.host = host_of(message);
    received.target = std::string{message.target()};
    for (const auto& field : message)
        received.headers.emplace_back(field.name_string(), field.value());
    received.body = std::move(message.body());
    received.peer_address = peer_address;
    return received;
}

outgoing framed(response message, bool keep_alive, bool without_body) {
    outgoing made;
    made.result(message.status);
    made.set(http::field::server, "coauth sandbox");
    for (const auto& [name, value] : message.headers)
        made.insert(name, value);
    if (!without_body)
        made.body() = std::move(message.body);
    made.keep_alive(keep_alive);
    made.prepare_payload();
    return made;
}

/// The answer to what cannot be read as a request; status 0 where none is due.
response unreadable(const error_code& failed) {
    if (failed == http::error::header_limit || failed == http::error::buffer_overflow)
        return text_response(431, "The header is too large.\n");
    if (failed == http::error::body_limit)
        return text_response(413, "The body is too large.\n");
    if (failed.category() == http::make_error_code(http::error::bad_method).category() &&
        failed != http::error::end_of_stream && failed != http::error::partial_message)
        return text_response(400, "This is not HTTP/1.1: " + failed.message() + ".\n");
    response none;
    none.status = 0;
    return none;
}

answer call(const request_handler& handle, const request& received) {
    try {
        return handle(received);
    } catch (const std::exception& error) {
        answer broken;
        broken.message = text_response(500, std::string{"The sandbox failed: "} + error.what() + "\n");
        return broken;
    }
}

class connection {
public:
    connection(tcp::socket socket, std::shared_ptr<asio::ssl::context> tls,
               std::shared_ptr<const request_handler> handle)
        : strand_(socket.get_executor()),
          tls_(std::move(tls)),
          handle_(std::move(handle)),
          stream_(std::move(socket), *tls_),
          pause_(strand_) {
        error_code ignored;
        tcp::socket& own = beast::get_lowest_layer(stream_).socket();
        own.set_option(tcp::no_delay{true}, ignored);
        if (const tcp::endpoint peer = own.remote_endpoint(ignored); !ignored)
            peer_address_ = peer.address().to_string();
    }

    [[nodiscard]] const executor& strand() const noexcept { return strand_; }

    /// To be called on the strand, like all that follows.
    void close() {
        beast::get_lowest_layer(stream_).close();
        pause_.cancel();
    }

    awaitable<void> serve() {
        error_code failed;
        beast::get_lowest_layer(stream_).expires_after(handshake_timeout);
        co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                         asio::redirect_error(asio::use_awaitable, failed));
        if (failed)
            co_return;
        bool more = true;
        while (more)
            more = co_await serve_request();
        beast::get_lowest_layer(stream_).expires_after(shutdown_timeout);
        co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, failed));
    }

private:
    /// Whether the connection stays.
    awaitable<bool> serve_request() {
        http::request_parser<http::string_body> parser;
        parser.header_limit(max_header_bytes);
        parser.body_limit(max_body_bytes);
        error_code failed;
        beast::get_lowest_layer(stream_).expires_after(idle_timeout);
        co_await http::async_read(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, failed));

        answer made;
        bool keep_alive = false;
        bool without_body = false;
        if (failed) {
            made.message = unreadable(failed);
            if (made.message.status == 0)
                co_return false;
        } else {
            keep_alive = parser.get().keep_alive();
            without_body = parser.get().method() == http::verb::head;
            made = call(*handle_, plain(parser.release(), peer_address_));
        }
        if (made.latency > 0ms) {
            beast::get_lowest_layer(stream_).expires_never();
            pause_.expires_after(made.latency);
            co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, failed));
        }
        if (made.drop_connection) {
            close();
            co_return false;
        }
        const outgoing message = framed(std::move(made.message), keep_alive, without_body);
        beast::get_lowest_layer(stream_).expires_after(write_timeout);
        co_await http::async_write(stream_, message, asio::redirect_error(asio::use_awaitable, failed));
        co_return keep_alive && !failed;
    }

    executor strand_;
    std::shared_ptr<asio::ssl::context> tls_;
    std::shared_ptr<const request_handler> handle_;
    std::string peer_address_;
    beast::ssl_stream<beast::tcp_stream> stream_;
    beast::flat_buffer buffer_{max_header_bytes + max_body_bytes};
    asio::steady_timer pause_;
};

std::shared_ptr<asio::ssl::context> make_context(const issued_certificate& certificate) {
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    // Tickets carry the whole session, so nothing has to be remembered here.
    SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
    context->use_certificate_chain(asio::buffer(certificate.chain_pem));
    context->use_private_key(asio::buffer(certificate.key_pem), asio::ssl::context::pem);
    return context;
}

}  // namespace

class tls_listener::implementation : public std::enable_shared_from_this<implementation> {
public:
    implementation(executor where, const tcp::endpoint& endpoint, const issued_certificate& certificate,
                   request_handler handle)
        : where_(std::move(where)),
          tls_(make_context(certificate)),
          handle_(std::make_shared<const request_handler>(std::move(handle))),
          acceptor_(where_, endpoint),
          retry_(where_),
          port_(acceptor_.local_endpoint().port()) {}

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    void accept_next() {
        const std::scoped_lock lock{mutex_};
        if (stopped_)
            return;
        acceptor_.async_accept(asio::make_strand(where_),
                               [self = shared_from_this()](error_code failed, tcp::socket socket) {
                                   if (failed)
                                       return self->accept_later();
                                   self->start(std::move(socket));
                                   self->accept_next();
                               });
    }

    void stop() {
        const std::scoped_lock lock{mutex_};
        stopped_ = true;
        error_code ignored;
        acceptor_.close(ignored);
        retry_.cancel();
        for (const auto& [key, weak] : connections_) {
            if (std::shared_ptr<connection> open = weak.lock())
                asio::post(open->strand(), [open] { open->close(); });
        }
        connections_.clear();
    }

private:
    /// No descriptors are left, say: that passes.
    void accept_later() {
        const std::scoped_lock lock{mutex_};
        if (stopped_)
            return;
        retry_.expires_after(accept_retry_delay);
        retry_.async_wait([self = shared_from_this()](error_code) { self->accept_next(); });
    }

    void start(tcp::socket socket) {
        auto opened = std::make_shared<connection>(std::move(socket), tls_, handle_);
        const executor strand = opened->strand();
        {
            const std::scoped_lock lock{mutex_};
            if (stopped_)
                return;
            connections_.emplace(opened.get(), opened);
        }
        asio::co_spawn(strand, run(shared_from_this(), std::move(opened)), asio::detached);
    }

    static awaitable<void> run(std::shared_ptr<implementation> self, std::shared_ptr<connection> opened) {
        co_await opened->serve();
        const std::scoped_lock lock{self->mutex_};
        self->connections_.erase(opened.get());
    }

    const executor where_;
    const std::shared_ptr<asio::ssl::context> tls_;
    const std::shared_ptr<const request_handler> handle_;
    std::mutex mutex_;  // guards what follows
    tcp::acceptor acceptor_;
    asio::steady_timer retry_;
    std::unordered_map<const connection*, std::weak_ptr<connection>> connections_;
    bool stopped_ = false;
    const std::uint16_t port_;
};

tls_listener::tls_listener(executor where, const std::string& address, std::uint16_t port,
                           const issued_certificate& certificate, request_handler handle)
    : implementation_(std::make_shared<implementation>(
          std::move(where), tcp::endpoint{asio::ip::make_address(address), port}, certificate, std::move(handle))) {
    implementation_->accept_next();
}

tls_listener::~tls_listener() {
    stop();
}

std::uint16_t tls_listener::port() const noexcept {
    return implementation_->port();
}

void tls_listener::stop() noexcept {
    implementation_->stop();
}

}  // namespace coauth::sandbox
