#include "tests/http/scripted_peer.hpp"

#include <coauth/http/awaitable.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>

#include <array>
#include <list>
#include <mutex>
#include <sys/socket.h>
#include <thread>
#include <utility>

namespace coauth::test {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// Ends a script: the other side is gone.
struct peer_gone {};

void check(const error_code& error) {
    if (error)
        throw peer_gone{};
}

std::size_t body_length(std::string_view head) {
    constexpr std::string_view name = "Content-Length: ";
    const auto at = head.find(name);
    return at == std::string_view::npos ? 0 : std::stoul(std::string(head.substr(at + name.size(), 20)));
}

ssl::context make_context(const peer_identity& identity) {
    ssl::context made{ssl::context::tls_server};
    if (!identity.speaks_tls)
        return made;
    made.use_certificate_chain(asio::buffer(identity.chain_pem));
    made.use_private_key(asio::buffer(identity.key_pem), ssl::context::pem);
    if (!identity.only_suite.empty())
        SSL_CTX_set_ciphersuites(made.native_handle(), identity.only_suite.c_str());
    if (identity.only_tls_1_2)
        made.set_options(ssl::context::no_tlsv1_3);
    if (identity.only_tls_1_1) {
        SSL_CTX_set_max_proto_version(made.native_handle(), TLS1_1_VERSION);
        SSL_CTX_set_security_level(made.native_handle(), 0);  // OpenSSL 3 has no TLS 1.1 above that
    }
    if (!identity.client_ca_pem.empty()) {
        made.add_certificate_authority(asio::buffer(identity.client_ca_pem));
        made.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    }
    constexpr std::string_view session_context = "scripted peer";
    SSL_CTX_set_session_id_context(made.native_handle(), reinterpret_cast<const unsigned char*>(session_context.data()),
                                   static_cast<unsigned>(session_context.size()));
    return made;
}

/// TLS between memory buffers, so that the script decides which bytes go out when.
class connection final : public peer_connection {
public:
    connection(tcp::socket socket, SSL_CTX* context, std::function<void(const std::string&)> seen)
        : socket_(std::move(socket)),
          tls_(SSL_new(context)),
          incoming_(BIO_new(BIO_s_mem())),
          outgoing_(BIO_new(BIO_s_mem())),
          seen_(std::move(seen)) {
        SSL_set_bio(tls_, incoming_, outgoing_);
        error_code ignored;
        socket_.set_option(tcp::no_delay(true), ignored);
    }
    ~connection() override { SSL_free(tls_); }

    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    void shake_hands() {
        step([this] { return SSL_accept(tls_); });
    }

    std::string server_name() override {
        const char* name = SSL_get_servername(tls_, TLSEXT_NAMETYPE_host_name);
        return name != nullptr ? name : "";
    }

    std::string cipher_suite() override { return SSL_get_cipher_name(tls_); }

    void expect_client_hello() override { fill(); }

    void expect_head() override {
        while (received_.find("\r\n\r\n") == std::string::npos)
            receive();
    }

    std::string expect_request() override {
        expect_head();
        const std::size_t head = received_.find("\r\n\r\n") + 4;
        const std::size_t whole = head + body_length(std::string_view(received_).substr(0, head));
        while (received_.size() < whole)
            receive();
        std::string request = received_.substr(0, whole);
        received_.erase(0, whole);
        seen_(request);
        return request;
    }

    void send(std::string_view bytes) override {
        step([&] { return SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())); });
    }

    void send_together(const std::vector<std::string>& records) override {
        for (const std::string& each : records)
            SSL_write(tls_, each.data(), static_cast<int>(each.size()));
        flush();
    }

    void send_plain(std::string_view bytes) override {
        error_code error;
        asio::write(socket_, asio::buffer(bytes), error);
        check(error);
    }

    void send_tickets(std::size_t count) override {
        for (std::size_t i = 0; i < count; ++i) {
            SSL_new_session_ticket(tls_);
            step([this] { return SSL_do_handshake(tls_); });
        }
    }

    void send_close_notify() override {
        SSL_shutdown(tls_);
        flush();
    }

    void half_close() override {
        error_code error;
        socket_.shutdown(tcp::socket::shutdown_send, error);
        check(error);
    }

    void reset() override {
        error_code error;
        socket_.set_option(asio::socket_base::linger(true, 0), error);
        const std::lock_guard lock(closing_);
        socket_.close(error);
    }

    void wait_for_end() override {
        error_code error;
        std::array<char, 4096> dropped;
        while (!error)
            socket_.read_some(asio::buffer(dropped), error);
    }

    /// From another thread: whatever waits ends.
    void cut() {
        const std::lock_guard lock(closing_);
        if (socket_.is_open())
            ::shutdown(socket_.native_handle(), SHUT_RDWR);
    }

    /// When the script is over: the peer hangs up, without close_notify unless it was sent.
    void close() {
        error_code ignored;
        const std::lock_guard lock(closing_);
        socket_.close(ignored);
    }

private:
    template <class Step>
    int step(Step perform) {
        for (;;) {
            const int done = perform();
            const int why = SSL_get_error(tls_, done);
            flush();
            if (done > 0)
                return done;
            if (why != SSL_ERROR_WANT_READ)
                throw peer_gone{};
            fill();
        }
    }

    void receive() {
        std::array<char, 4096> piece;
        const int count = step([&] { return SSL_read(tls_, piece.data(), static_cast<int>(piece.size())); });
        received_.append(piece.data(), static_cast<std::size_t>(count));
    }

    void flush() {
        char* bytes = nullptr;
        const long count = BIO_get_mem_data(outgoing_, &bytes);
        const std::string wire(bytes, static_cast<std::size_t>(count));
        BIO_reset(outgoing_);
        send_plain(wire);
    }

    void fill() {
        error_code error;
        std::array<char, 4096> piece;
        const std::size_t count = socket_.read_some(asio::buffer(piece), error);
        check(error);
        BIO_write(incoming_, piece.data(), static_cast<int>(count));
    }

    tcp::socket socket_;
    SSL* tls_;
    BIO* incoming_;
    BIO* outgoing_;
    std::function<void(const std::string&)> seen_;
    std::string received_;
    std::mutex closing_;
};

}  // namespace

class scripted_peer::implementation {
public:
    implementation(peer_identity identity, script every_connection)
        : identity_(std::move(identity)),
          context_(make_context(identity_)),
          script_(std::move(every_connection)),
          acceptor_(io_, tcp::endpoint(asio::ip::make_address(identity_.address), 0)),
          port_(acceptor_.local_endpoint().port()),
          acceptor_thread_([this] { accept_all(); }) {}

    ~implementation() {
        {
            const std::lock_guard lock(guard_);
            stopping_ = true;
            for (auto& each : connections_)
                each.cut();
        }
        wake_acceptor();
        acceptor_thread_.join();
        for (auto& each : threads_)
            each.join();
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] std::size_t connections() const {
        const std::lock_guard lock(guard_);
        return connections_.size();
    }

    [[nodiscard]] std::vector<std::string> requests() const {
        const std::lock_guard lock(guard_);
        return requests_;
    }

private:
    void accept_all() {
        for (;;) {
            error_code error;
            tcp::socket socket = acceptor_.accept(error);
            const std::lock_guard lock(guard_);
            if (stopping_ || error)
                return;
            auto& taken = connections_.emplace_back(std::move(socket), context_.native_handle(),
                                                    [this](const std::string& request) { note(request); });
            threads_.emplace_back([this, &taken, number = connections_.size() - 1] { serve(taken, number); });
        }
    }

    void serve(connection& taken, std::size_t number) {
        try {
            if (identity_.speaks_tls)
                taken.shake_hands();
            script_(taken, number);
        } catch (const peer_gone&) {
            // The script ends here.
        }
        taken.close();
    }

    void note(const std::string& request) {
        const std::lock_guard lock(guard_);
        requests_.push_back(request);
    }

    void wake_acceptor() {
        asio::io_context io;
        tcp::socket knock{io};
        error_code ignored;
        knock.connect(acceptor_.local_endpoint(), ignored);
    }

    const peer_identity identity_;
    ssl::context context_;
    const script script_;
    asio::io_context io_;
    tcp::acceptor acceptor_;
    const std::uint16_t port_;
    mutable std::mutex guard_;
    bool stopping_ = false;
    std::list<connection> connections_;
    std::list<std::thread> threads_;
    std::vector<std::string> requests_;
    std::thread acceptor_thread_;
};

scripted_peer::scripted_peer(peer_identity identity, script every_connection)
    : implementation_(std::make_unique<implementation>(std::move(identity), std::move(every_connection))) {}

scripted_peer::~scripted_peer() = default;

std::uint16_t scripted_peer::port() const {
    return implementation_->port();
}

std::size_t scripted_peer::connections() const {
    return implementation_->connections();
}

std::vector<std::string> scripted_peer::requests() const {
    return implementation_->requests();
}

}  // namespace coauth::test
