// The floor: the least that Asio and OpenSSL do for a login. The bytes of both requests are prepared, of the answers
// only the status and the length are looked at, and nothing is handled but success. No client that does its work can be
// below it.
#include "contest.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <charconv>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using executor_type = asio::io_context::executor_type;
using tls_stream = asio::ssl::stream<asio::basic_stream_socket<tcp, executor_type>>;

void require(const error_code& failed, const char* what) {
    if (failed) {
        contest::fail(std::string{what} + ": " + failed.message());
    }
}

/// What the requests of a login are, byte for byte.
struct prepared {
    explicit prepared(const contest::orders& given) {
        const std::string host = "Host: localhost:" + std::to_string(given.port) + "\r\nAccept: application/json\r\n";
        const std::string form =
            "grant_type=authorization_code&code=" + std::string{contest::code} +
            "&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&client_id=" + std::string{contest::client_id} +
            "&client_secret=" + std::string{contest::client_secret} +
            "&code_verifier=" + std::string{contest::code_verifier};
        exchange = "POST /oauth/token HTTP/1.1\r\n" + host +
                   "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + std::to_string(form.size()) +
                   "\r\n\r\n" + form;
        userinfo = "GET /oauth/userinfo HTTP/1.1\r\n" + host + "Authorization: Bearer " +
                   std::string(contest::access_token_length, 'a') + "\r\n\r\n";
    }

    std::string exchange;
    std::string userinfo;
};

/// A request that waits for a connection, and when its login began.
struct waiting {
    contest::clock::time_point begun;
    bool exchanged;
};

std::vector<SSL_SESSION*> sessions;

int keep_session(SSL*, SSL_SESSION* session) {
    sessions.push_back(session);
    return 1;
}

class connection;

/// What the connections share.
struct client {
    explicit client(const contest::orders& orders) : given{orders}, bytes{orders} {
        find_provider();
        tls.load_verify_file(given.ca_file);
        tls.set_verify_mode(asio::ssl::verify_peer);
        if (given.mode == contest::mode::resumed) {
            SSL_CTX_set_session_cache_mode(tls.native_handle(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
            SSL_CTX_sess_set_new_cb(tls.native_handle(), &keep_session);
        }
    }

    /// By its name, as everybody else: Asio's resolver has a thread, and from then on libc locks and counts as in a
    /// program with several.
    void find_provider() {
        names.async_resolve(tcp::v4(), "localhost", std::to_string(given.port),
                            [this](const error_code& failed, const tcp::resolver::results_type& found) {
                                require(failed, "resolve");
                                provider = *found.begin();
                            });
        context.run();
    }

    void enqueue(waiting request);
    void begin_login() {
        if (given.rate == 0 && making->take()) {
            enqueue({contest::clock::now(), false});
        }
    }

    const contest::orders given;
    const prepared bytes;
    asio::io_context context{1};
    tcp::resolver names{context};
    tcp::endpoint provider;
    asio::ssl::context tls{asio::ssl::context::tls_client};
    contest::course* making = nullptr;
    std::deque<waiting> queue;
    std::vector<connection*> idle;
};

class connection {
public:
    explicit connection(client& of) : all_{of} {}

    void next() {
        if (all_.queue.empty()) {
            all_.idle.push_back(this);
            return;
        }
        current_ = all_.queue.front();
        all_.queue.pop_front();
        if (stream_) {
            write();
        } else {
            connect();
        }
    }

private:
    void connect() {
        stream_.emplace(asio::basic_stream_socket<tcp, executor_type>{all_.context}, all_.tls);
        served_ = 0;
        stream_->next_layer().async_connect(all_.provider, [this](const error_code& failed) {
            require(failed, "connect");
            handshake();
        });
    }

    void handshake() {
        stream_->next_layer().set_option(tcp::no_delay{true});
        stream_->set_verify_callback(asio::ssl::host_name_verification{"localhost"});
        SSL* const tls = stream_->native_handle();
        SSL_set_tlsext_host_name(tls, "localhost");
        SSL_clear_mode(tls, SSL_MODE_RELEASE_BUFFERS);
        SSL_set_read_ahead(tls, 1);
        if (!sessions.empty()) {
            SSL_set_session(tls, sessions.back());
            SSL_SESSION_free(sessions.back());
            sessions.pop_back();
        }
        stream_->async_handshake(asio::ssl::stream_base::client, [this](const error_code& failed) {
            require(failed, "handshake");
            write();
        });
    }

    void write() {
        received_ = 0;
        const std::string& request = current_.exchanged ? all_.bytes.userinfo : all_.bytes.exchange;
        stream_->async_write_some(asio::buffer(request), [this](const error_code& failed, std::size_t) {
            require(failed, "write");
            read();
        });
    }

    void read() {
        stream_->async_read_some(asio::buffer(answer_.data() + received_, answer_.size() - received_),
                                 [this](const error_code& failed, std::size_t length) {
                                     require(failed, "read");
                                     received_ += length;
                                     if (complete()) {
                                         answered();
                                     } else {
                                         read();
                                     }
                                 });
    }

    [[nodiscard]] bool complete() const {
        const std::string_view all{answer_.data(), received_};
        const std::size_t end = all.find("\r\n\r\n");
        if (end == std::string_view::npos) {
            return false;
        }
        constexpr std::string_view field = "Content-Length: ";
        const std::size_t at = all.find(field);
        std::size_t length = 0;
        if (!all.starts_with("HTTP/1.1 200 ") || at > end ||
            std::from_chars(all.data() + at + field.size(), all.data() + end, length).ec != std::errc{}) {
            contest::fail("answered: " + std::string{all.substr(0, all.find('\r'))});
        }
        return received_ == end + 4 + length;
    }

    void answered() {
        if (all_.given.mode != contest::mode::warm && ++served_ == 2) {
            SSL_set_shutdown(stream_->native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
            stream_.reset();
        }
        if (!current_.exchanged) {
            all_.enqueue({current_.begun, true});
        } else {
            all_.making->done(current_.begun);
            all_.begin_login();
        }
        next();
    }

    client& all_;
    std::optional<tls_stream> stream_;
    waiting current_{};
    std::size_t served_ = 0;
    std::size_t received_ = 0;
    std::array<char, 8192> answer_;
};

void client::enqueue(waiting request) {
    queue.push_back(request);
    if (!idle.empty()) {
        connection* const free = idle.back();
        idle.pop_back();
        free->next();
    }
}

/// Begins logins when they are due, whatever became of those before.
class pacemaker {
public:
    explicit pacemaker(client& of) : all_{of}, due_{of.given.rate}, timer_{of.context} {}

    void next() {
        for (; due_.next() <= contest::clock::now(); due_.advance()) {
            if (!all_.making->take()) {
                return;
            }
            all_.enqueue({due_.next(), false});
        }
        timer_.expires_at(due_.next());
        timer_.async_wait([this](const error_code&) { next(); });
    }

private:
    client& all_;
    contest::schedule due_;
    asio::basic_waitable_timer<contest::clock, asio::wait_traits<contest::clock>, executor_type> timer_;
};

void run(client& all, contest::course& logins) {
    all.making = &logins;
    logins.start();
    std::optional<pacemaker> paced;
    if (all.given.rate > 0) {
        paced.emplace(all).next();
    } else {
        for (std::size_t each = 0; each < all.given.in_flight; ++each) {
            all.begin_login();
        }
    }
    all.context.restart();
    all.context.run();
    logins.stop();
}

}  // namespace

int main(int argc, char** argv) {
    client all{contest::read_orders(argc, argv)};
    std::vector<std::unique_ptr<connection>> connections;
    for (std::size_t each = 0; each < all.given.connections; ++each) {
        connections.push_back(std::make_unique<connection>(all));
        connections.back()->next();
    }

    contest::course warm_up{all.given.warm_up};
    run(all, warm_up);
    contest::course measured{all.given.logins};
    run(all, measured);
    measured.print("floor", all.given);
}
