#include "http/link.hpp"

#include "http/dialer.hpp"

#include <coauth/core/encoding.hpp>
#include <coauth/core/error.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <sys/socket.h>
#include <utility>

namespace coauth::http {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;

namespace {

[[noreturn]] void fail(errc code, std::string detail) {
    failure why;
    why.code = code;
    why.detail = std::move(detail);
    throw error{std::move(why)};
}

std::string host_and_port(const origin& where) {
    const bool v6 = where.host.find(':') != std::string::npos;
    return (v6 ? "[" + where.host + "]" : where.host) + ":" + std::to_string(where.port);
}

std::string text_of(const tcp::endpoint& address) {
    return host_and_port(origin{address.address().to_string(), address.port()});
}

/// "connection refused": the message of the system, fit for the middle of a sentence.
std::string text_of(const boost::system::error_code& failed) {
    std::string text = printable(failed.message());
    if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z') {
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    }
    return text;
}

bool same_host(std::string_view left, std::string_view right) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(left, right, {}, lower, lower);
}

/// Where the TCP connection, or the proxy's tunnel, is to end.
origin destination_of(const origin& target, const std::vector<connect_override>& overrides) {
    for (const connect_override& rule : overrides) {
        if (rule.port == target.port && same_host(rule.host, target.host)) {
            return {rule.to_host, rule.to_port};
        }
    }
    return target;
}

/// After its handshake a peer has tickets to send, and new keys now and then. OpenSSL takes them in as long as more
/// come, so one that never stops would hold the thread that reads.
constexpr unsigned most_late_handshake_messages = 64;

/// OpenSSL's message callback: counts them at `count`, and reads nothing any more when they are too many.
void count_handshake_message(int written, int, int type, const void*, std::size_t, SSL* client, void* count) {
    if (written == 0 && type == SSL3_RT_HANDSHAKE && ++*static_cast<unsigned*>(count) > most_late_handshake_messages) {
        SSL_set_shutdown(client, SSL_RECEIVED_SHUTDOWN);
    }
}

/// Passes on what an exchange tells.
class exchange_watch final : public exchange_progress {
public:
    explicit exchange_watch(progress& told) : told_{told} {}
    void request_written() noexcept override {}
    void response_begun() noexcept override { told_.answer_began(); }

private:
    progress& told_;
};

}  // namespace

link_settings::link_settings(const pool_options& options, std::shared_ptr<const clock> time)
    : tls{options.tls},
      limits{options.max_header_bytes, options.max_header_fields, options.max_body_bytes},
      proxy{options.proxy},
      connect_to{options.connect_to},
      names{options.resolver},
      known{std::make_shared<known_names>(std::move(time), options.address_lifetime)},
      attempt_delay{options.connection_attempt_delay} {}

class link::implementation {
public:
    implementation(strand where, std::shared_ptr<const link_settings> settings, origin target,
                   std::shared_ptr<tls_sessions> sessions, std::shared_ptr<progress> told)
        : strand_{std::move(where)},
          settings_{std::move(settings)},
          target_{std::move(target)},
          sessions_{std::move(sessions)},
          told_{std::move(told)},
          dialer_{strand_, settings_->names, settings_->known, settings_->attempt_delay} {}
    ~implementation();

    awaitable<void> open();
    void send(std::string_view wire, response_body body, const std::shared_ptr<void>& kept,
              std::function<void(exchange_result)> done);
    std::optional<close_reason> unfit();
    bool has_input() noexcept;
    void close() noexcept;

    link_facts facts;

private:
    using tls_stream = ssl::stream<tcp_socket>;

    awaitable<void> connect(const origin& first_hop);
    awaitable<void> tunnel(const origin& destination);
    awaitable<void> handshake();
    [[noreturn]] void refuse_handshake(const boost::system::error_code& failed);
    void require_open() const;
    bool has_unread() noexcept;

    const strand strand_;
    std::shared_ptr<const link_settings> settings_;
    origin target_;
    std::shared_ptr<tls_sessions> sessions_;
    std::shared_ptr<progress> told_;
    dialer dialer_;
    bool closed_ = false;
    std::optional<tcp_socket> socket_;  // until TLS takes it over
    unsigned late_handshake_messages_ = 0;
    std::optional<tls_stream> stream_;
    std::optional<http::exchange<tls_stream>> exchange_;
    exchange_watch watch_{*told_};
};

link::implementation::~implementation() {
    exchange_.reset();
    if (stream_) {
        // An SSL that is freed without this takes its session with it.
        SSL_set_shutdown(stream_->native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    }
}

awaitable<void> link::implementation::open() {
    require_open();
    const origin destination = destination_of(target_, settings_->connect_to);
    origin first_hop = destination;
    if (settings_->proxy) {
        first_hop = origin{settings_->proxy->host, settings_->proxy->port};
    }
    co_await connect(first_hop);
    if (settings_->proxy) {
        told_->begin(phase::tunnelling);
        co_await tunnel(destination);
        facts.connecting += told_->elapsed();
    }
    told_->begin(phase::handshaking);
    co_await handshake();
    facts.handshake = told_->elapsed();
}

awaitable<void> link::implementation::connect(const origin& first_hop) {
    told_->begin(phase::resolving);
    dialer::endpoints addresses = co_await dialer_.resolve(first_hop.host, first_hop.port);
    require_open();
    told_->go_on(phase::connecting);
    dialer::connected connected = co_await dialer_.connect(std::move(addresses));
    require_open();
    if (!connected) {
        settings_->known->forget(first_hop.host);
        const std::string by_way_of = first_hop == target_ ? "" : " by way of " + host_and_port(first_hop);
        fail(errc::connect_failed,
             "could not connect to " + host_and_port(target_) + by_way_of + ": " + text_of(connected.error()));
    }
    socket_.emplace(std::move(*connected));
    boost::system::error_code ignored;
    socket_->set_option(tcp::no_delay{true}, ignored);
    facts.address = text_of(socket_->remote_endpoint(ignored));
    facts.connecting = told_->elapsed();
}

awaitable<void> link::implementation::tunnel(const origin& destination) {
    const proxy_options& proxy = *settings_->proxy;
    http::exchange<tcp_socket> asking{*socket_, settings_->limits};
    std::string credentials;
    if (!proxy.user.empty()) {
        std::string pair = proxy.user + ":" + std::string{proxy.password.reveal()};
        credentials = "Basic " + base64(pair);
        wipe(pair);
    }
    const auto written = write_connect(asking.request(), host_and_port(destination), credentials);
    wipe(credentials);
    if (!written) {
        throw error{written.error()};
    }
    const exchange_result ended = co_await asking.run(response_body::none);
    require_open();
    const std::string who = "the proxy " + host_and_port(origin{proxy.host, proxy.port});
    if (!ended.response) {
        fail(errc::proxy_refused, who + " did not open a tunnel: " + ended.response.error().detail);
    }
    const unsigned status = ended.response->status();
    if (status < 200 || status > 299) {
        failure why;
        why.code = errc::proxy_refused;
        why.http_status = status;
        why.detail = who + " did not open a tunnel" + (status == 407 ? "; check its user and password" : "");
        throw error{std::move(why)};
    }
    if (ended.bytes_left_over > 0) {
        fail(errc::proxy_refused, who + " sent bytes of its own into the tunnel");
    }
}

awaitable<void> link::implementation::handshake() {
    SSL* client = settings_->tls.new_client(target_.host, *sessions_);
    stream_.emplace(std::move(*socket_), client);
    socket_.reset();
    boost::system::error_code ignored;
    stream_->next_layer().non_blocking(true, ignored);  // for `unfit`; asynchronous operations never block anyway
    // Asio asks OpenSSL to free its buffers after each record; a busy connection needs them for the next one.
    SSL_clear_mode(client, SSL_MODE_RELEASE_BUFFERS);
    boost::system::error_code failed;
    co_await stream_->async_handshake(ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, failed));
    require_open();
    if (failed) {
        refuse_handshake(failed);
    }
    facts.tls_version = SSL_get_version(client);
    facts.resumed = SSL_session_reused(client) == 1;
    SSL_set_msg_callback(client, &count_handshake_message);
    SSL_set_msg_callback_arg(client, &late_handshake_messages_);
    exchange_.emplace(*stream_, settings_->limits);
}

void link::implementation::refuse_handshake(const boost::system::error_code& failed) {
    const std::string complaint = certificate_complaint(stream_->native_handle());
    if (!complaint.empty()) {
        fail(errc::tls_certificate_untrusted,
             "the certificate of " + host_and_port(target_) + " cannot be trusted: " + complaint);
    }
    const bool ended = failed == asio::error::eof || failed == ssl::error::stream_truncated;
    fail(errc::tls_handshake_failed, "TLS with " + host_and_port(target_) + " did not come about: " +
                                         (ended ? "the peer closed the connection" : text_of(failed)));
}

void link::implementation::require_open() const {
    if (closed_) {
        fail(errc::cancelled, "the connection was given up");
    }
}

void link::implementation::send(std::string_view wire, response_body body, const std::shared_ptr<void>& kept,
                                std::function<void(exchange_result)> done) {
    told_->begin_exchange();
    exchange_->request().assign(wire);
    exchange_->start(body, &watch_, kept, std::move(done));
}

std::optional<close_reason> link::implementation::unfit() {
    if (!has_unread() && !has_input()) {
        return std::nullopt;
    }
    std::array<char, 1> byte{};
    boost::system::error_code failed;
    if (stream_->read_some(asio::buffer(byte), failed) > 0 || late_handshake_messages_ > most_late_handshake_messages) {
        return close_reason::unexpected_bytes;
    }
    if (failed == asio::error::would_block) {
        return std::nullopt;
    }
    return close_reason::peer_closed;
}

/// Whether there are bytes that came with the last answer, in OpenSSL or on their way to it.
bool link::implementation::has_unread() noexcept {
    SSL* client = stream_->native_handle();
    return SSL_has_pending(client) == 1 || BIO_pending(SSL_get_rbio(client)) > 0;
}

bool link::implementation::has_input() noexcept {
    if (!stream_) {
        return false;
    }
    char byte{};
    const auto count = ::recv(stream_->lowest_layer().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

void link::implementation::close() noexcept {
    closed_ = true;
    try {
        dialer_.close();
    } catch (const boost::system::system_error&) {
        // A timer or resolver that cannot be cancelled ends by itself.
    }
    boost::system::error_code ignored;
    if (socket_) {
        socket_->close(ignored);
    }
    if (stream_) {
        stream_->lowest_layer().close(ignored);
    }
}

link::link(strand where, std::shared_ptr<const link_settings> settings, origin target,
           std::shared_ptr<tls_sessions> sessions, std::shared_ptr<progress> told)
    : implementation_{std::make_unique<implementation>(std::move(where), std::move(settings), std::move(target),
                                                       std::move(sessions), std::move(told))} {}

link::~link() = default;

awaitable<void> link::open() {
    return implementation_->open();
}

void link::send(std::string_view wire, response_body body, const std::shared_ptr<void>& kept,
                std::function<void(exchange_result)> done) {
    implementation_->send(wire, body, kept, std::move(done));
}

std::optional<close_reason> link::unfit() {
    return implementation_->unfit();
}

bool link::has_input() const noexcept {
    return implementation_->has_input();
}

void link::close() noexcept {
    implementation_->close();
}

const link_facts& link::facts() const noexcept {
    return implementation_->facts;
}

}  // namespace coauth::http
