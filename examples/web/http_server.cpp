#include "web/http_server.hpp"

#include "web/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <stdexcept>
#include <unordered_set>

namespace web {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::size_t max_refused_at_once = 64;  // connections over the limit that are still told so
constexpr auto accept_retry_delay = 50ms;        // no descriptors are left, say: that passes

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// Without the place in Asio where it was found out, which tells the reader nothing.
[[noreturn]] void fail(const error_code& why, const std::string& what) {
    throw boost::system::system_error(error_code(why.value(), why.category()), what);
}

std::unique_ptr<asio::ssl::context> make_context(const tls_files& files) {
    auto made = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(made->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_session_cache_mode(made->native_handle(), SSL_SESS_CACHE_OFF);  // a ticket carries the session
    SSL_CTX_set_options(made->native_handle(), SSL_OP_NO_RENEGOTIATION);
    error_code failed;
    made->use_certificate_chain_file(files.certificate_chain, failed);
    if (failed) {
        fail(failed, "the certificate " + files.certificate_chain);
    }
    made->use_private_key_file(files.private_key, asio::ssl::context::pem, failed);
    if (failed) {
        fail(failed, "the private key " + files.private_key);
    }
    return made;
}

tcp::endpoint endpoint_of(const server_options& options) {
    error_code failed;
    const asio::ip::address address = asio::ip::make_address(options.address, failed);
    if (failed) {
        fail(failed, "the address " + options.address);
    }
    if (!options.tls && !address.is_loopback()) {
        throw std::invalid_argument("plain HTTP is for loopback alone: give " + options.address +
                                    " a certificate, or listen on 127.0.0.1");
    }
    return {address, options.port};
}

}  // namespace

/// All but `port` and `connections` happens on one strand.
class http_server::implementation : public std::enable_shared_from_this<implementation> {
public:
    implementation(coauth::executor where, server_options options, handler answers)
        : where_(where), strand_(asio::make_strand(where)), acceptor_(strand_), retry_(strand_), all_gone_(strand_) {
        const tcp::endpoint endpoint = endpoint_of(options);
        std::unique_ptr<asio::ssl::context> tls = options.tls ? make_context(*options.tls) : nullptr;
        listen(endpoint, options.address);
        port_ = acceptor_.local_endpoint().port();
        around_ = std::make_shared<const surroundings>(std::move(options), std::move(answers), std::move(tls));
    }

    void start() {
        asio::post(strand_, [self = shared_from_this()] { self->accept_next(); });
    }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] std::size_t connections() const noexcept { return count_; }

    coauth::awaitable<void> stop(std::chrono::milliseconds grace) {
        co_await asio::dispatch(asio::bind_executor(strand_, asio::use_awaitable));
        stop_accepting();
        for (const auto& each : open_) {
            each->finish();
        }
        if (!open_.empty()) {
            all_gone_.expires_after(grace);
            co_await all_gone_.async_wait(as_result);
            co_await asio::dispatch(asio::bind_executor(strand_, asio::use_awaitable));
        }
        close_all();
        co_await asio::post(asio::use_awaitable);  // back to the caller's executor
    }

    void shut_down() {
        asio::dispatch(strand_, [self = shared_from_this()] {
            self->stop_accepting();
            self->close_all();
        });
    }

private:
    void listen(const tcp::endpoint& endpoint, const std::string& address) {
        const std::string place = "listening on " + address + " port " + std::to_string(endpoint.port());
        try {
            acceptor_.open(endpoint.protocol());
            acceptor_.set_option(tcp::acceptor::reuse_address(true));
            acceptor_.bind(endpoint);
            acceptor_.listen();
        } catch (const boost::system::system_error& failed) {
            fail(failed.code(), place);
        }
    }

    void accept_next() {
        if (!acceptor_.is_open()) {
            return;
        }
        acceptor_.async_accept(asio::make_strand(where_), [self = shared_from_this()](error_code failed, auto socket) {
            if (failed) {
                return self->accept_later();
            }
            self->take(std::move(socket));
            self->accept_next();
        });
    }

    void accept_later() {
        if (!acceptor_.is_open()) {
            return;
        }
        retry_.expires_after(accept_retry_delay);
        retry_.async_wait([self = shared_from_this()](error_code) { self->accept_next(); });
    }

    void take(tcp::socket socket) {
        const std::size_t most = around_->options.max_connections;
        if (!acceptor_.is_open() || open_.size() >= most + max_refused_at_once) {
            return;
        }
        const std::shared_ptr<connection> opened = make_connection(std::move(socket), around_, open_.size() >= most);
        open_.insert(opened);
        count_ = open_.size();
        asio::co_spawn(opened->executor(), run(shared_from_this(), opened), asio::detached);
    }

    static coauth::awaitable<void> run(std::shared_ptr<implementation> self, std::shared_ptr<connection> opened) {
        try {
            co_await opened->serve();
        } catch (const std::exception&) {  // no memory, say
            opened->close();
        }
        asio::post(self->strand_, [self, opened] { self->forget(opened); });
    }

    void forget(const std::shared_ptr<connection>& gone) {
        open_.erase(gone);
        count_ = open_.size();
        if (open_.empty()) {
            all_gone_.cancel();
        }
    }

    void stop_accepting() {
        error_code ignored;
        acceptor_.close(ignored);
        retry_.cancel();
    }

    void close_all() {
        for (const auto& each : open_) {
            each->close();
        }
    }

    const coauth::executor where_;
    const coauth::executor strand_;
    tcp::acceptor acceptor_;
    asio::steady_timer retry_;
    asio::steady_timer all_gone_;
    std::shared_ptr<const surroundings> around_;
    std::unordered_set<std::shared_ptr<connection>> open_;
    std::atomic<std::size_t> count_ = 0;
    std::uint16_t port_ = 0;
};

http_server::http_server(coauth::executor where, server_options options, handler answers)
    : implementation_(std::make_shared<implementation>(std::move(where), std::move(options), std::move(answers))) {
    implementation_->start();
}

http_server::~http_server() {
    implementation_->shut_down();
}

std::uint16_t http_server::port() const noexcept {
    return implementation_->port();
}

std::size_t http_server::connections() const noexcept {
    return implementation_->connections();
}

coauth::awaitable<void> http_server::stop(std::chrono::milliseconds grace) {
    const std::shared_ptr<implementation> kept = implementation_;
    co_await kept->stop(grace);
}

}  // namespace web
