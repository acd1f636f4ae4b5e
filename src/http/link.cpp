#include "http/link.hpp"

#include "http/dialer.hpp"
#include "http/tls_stream.hpp"

#include <coauth/core/encoding.hpp>
#include <coauth/core/error.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
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

/// Ends the connection, and every wait.
void end(tcp_socket& connected) noexcept {
    ::shutdown(connected.native_handle(), SHUT_RDWR);
}

/// A TCP connection before TLS, for the proxy's answer.
class plain_stream {
public:
    using executor_type = tcp_socket::executor_type;

    explicit plain_stream(tcp_socket& socket) : socket_{socket} {
        boost::system::error_code ignored;
        socket_.non_blocking(true, ignored);
    }

    [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }
    std::size_t read_some(asio::mutable_buffer into, boost::system::error_code& failed) {
        return socket_.read_some(into, failed);
    }
    std::size_t write_some(asio::const_buffer from, boost::system::error_code& failed) {
        return socket_.write_some(from, failed);
    }
    template <class Handler>
    void async_wait(asio::socket_base::wait_type what, Handler&& handler) {
        socket_.async_wait(what, std::forward<Handler>(handler));
    }
    void shutdown() noexcept { end(socket_); }

private:
    tcp_socket& socket_;
};

}  // namespace

link_settings::link_settings(const pool_options& options, std::shared_ptr<const clock> time)
    : tls{options.tls},
      limits{options.max_header_bytes, options.max_header_fields, options.max_body_bytes},
      proxy{options.proxy},
      connect_to{options.connect_to},
      names{options.resolver},
      known{std::make_shared<known_names>(std::move(time), options.address_lifetime)},
      attempt_delay{options.connection_attempt_delay},
      release_idle_buffers{options.release_idle_buffers},
      has_observer{options.observer != nullptr} {}

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

    awaitable<void> open();
    ~implementation() { forget_request(); }

    bool send(const http_request& request, const destination& goes_to, const std::shared_ptr<exchange_owner>& kept);
    void receive(std::shared_ptr<exchange_owner> kept);
    void forget_request() noexcept;
    std::optional<close_reason> unfit();
    bool has_input() noexcept;
    void rest() noexcept;
    void close() noexcept;

    link_facts facts;

private:
    awaitable<void> connect(const origin& first_hop);
    awaitable<void> tunnel(const origin& destination);
    awaitable<void> handshake();
    [[noreturn]] void refuse_handshake(const boost::system::error_code& failed);
    void require_open() const;

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
    std::string wire_;  // the request as it is sent
};

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
    if (settings_->has_observer) {
        facts.address = text_of(socket_->remote_endpoint(ignored));
    }
    facts.connecting = told_->elapsed();
}

awaitable<void> link::implementation::tunnel(const origin& destination) {
    const proxy_options& proxy = *settings_->proxy;
    plain_stream stream{*socket_};
    http::exchange<plain_stream> asking{stream, settings_->limits};
    std::string credentials;
    if (!proxy.user.empty()) {
        std::string pair = proxy.user + ":" + std::string{proxy.password.reveal()};
        credentials = "Basic " + base64(pair);
        wipe(pair);
    }
    std::string request;
    const auto written = write_connect(request, host_and_port(destination), credentials);
    wipe(credentials);
    if (!written) {
        throw error{written.error()};
    }
    const exchange_result ended = co_await asking.run(request, response_body::none);
    wipe(request);
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
    stream_.emplace(std::move(*socket_), settings_->tls.new_client(target_.host, *sessions_));
    socket_.reset();
    boost::system::error_code failed;
    stream_->handshake(failed);
    while (failed == asio::error::would_block) {
        co_await stream_->async_wait(stream_->awaited(), asio::use_awaitable);
        stream_->handshake(failed);
    }
    require_open();
    if (failed) {
        refuse_handshake(failed);
    }
    SSL* const client = stream_->native_handle();
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

bool link::implementation::send(const http_request& request, const destination& goes_to,
                                const std::shared_ptr<exchange_owner>& kept) {
    write_request(wire_, request, goes_to);
    const response_body body = request.method() == "HEAD" ? response_body::none : response_body::framed;
    return exchange_->send(wire_, body, kept);
}

void link::implementation::receive(std::shared_ptr<exchange_owner> kept) {
    exchange_->receive(std::move(kept));
}

void link::implementation::forget_request() noexcept {
    wipe(wire_);
}

std::optional<close_reason> link::implementation::unfit() {
    if (!stream_->fetch() && !stream_->has_unread()) {  // silent, as nearly all are
        return std::nullopt;
    }
    boost::system::error_code failed;
    do {
        std::array<char, 1> byte{};
        if (stream_->read_some(asio::buffer(byte), failed) > 0 ||
            late_handshake_messages_ > most_late_handshake_messages) {
            return close_reason::unexpected_bytes;
        }
    } while (failed == asio::error::would_block && stream_->fetch());
    if (failed != asio::error::would_block) {
        return close_reason::peer_closed;
    }
    // A part of a record that nobody asked for would be read as the next answer.
    return stream_->has_unread() ? std::optional{close_reason::unexpected_bytes} : std::nullopt;
}

bool link::implementation::has_input() noexcept {
    return stream_ && stream_->has_input();
}

void link::implementation::rest() noexcept {
    if (settings_->release_idle_buffers) {
        exchange_->release_memory();
        wire_.shrink_to_fit();
        stream_->release_memory();
    }
}

void link::implementation::close() noexcept {
    closed_ = true;
    try {
        dialer_.close();
    } catch (const boost::system::system_error&) {
        // A timer or resolver that cannot be cancelled ends by itself.
    }
    // Not closed: others may be using it.
    if (socket_) {
        end(*socket_);
    }
    if (stream_) {
        stream_->shutdown();
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

bool link::send(const http_request& request, const destination& goes_to, const std::shared_ptr<exchange_owner>& kept) {
    return implementation_->send(request, goes_to, kept);
}

void link::receive(std::shared_ptr<exchange_owner> kept) {
    implementation_->receive(std::move(kept));
}

void link::forget_request() noexcept {
    implementation_->forget_request();
}

std::optional<close_reason> link::unfit() {
    return implementation_->unfit();
}

bool link::has_input() const noexcept {
    return implementation_->has_input();
}

void link::rest() noexcept {
    implementation_->rest();
}

void link::close() noexcept {
    implementation_->close();
}

const link_facts& link::facts() const noexcept {
    return implementation_->facts;
}

}  // namespace coauth::http
