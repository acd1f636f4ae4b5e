#include "web/connection.hpp"

#include "web/response_text.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <type_traits>

namespace web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::size_t max_fields = 100;
constexpr auto parting_time = 1'000ms;  // for the peer to take what it was sent

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

using tls_stream = asio::ssl::stream<tcp::socket>;
using parser = http::request_parser<http::string_body>;

/// Path and headers of a request; returns the status of its refusal, or 0.
unsigned take_head(const parser& read, request& asked) {
    const auto& head = read.get();
    const std::string_view target = head.target();
    const auto parsed = boost::urls::parse_origin_form(target);
    const auto hosts = head.equal_range(http::field::host);
    const bool one_host = hosts.first != hosts.second && std::next(hosts.first) == hosts.second;
    if (!parsed || (head.version() >= 11 && !one_host)) {
        return 400;
    }
    const std::string_view coding = head[http::field::transfer_encoding];
    if (!coding.empty() && (!beast::iequals(coding, "chunked") || head.version() < 11)) {
        return 501;
    }
    asked.method = head.method_string();
    asked.target = target;
    asked.path = parsed->path();
    for (const auto& field : head) {
        asked.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    return asked.headers.size() > max_fields ? 431 : 0;
}

/// The status for what cannot be read; 0 where the peer is gone.
unsigned status_for(const error_code& failed) {
    if (failed == http::error::header_limit || failed == http::error::buffer_overflow) {
        return 431;
    }
    if (failed == http::error::body_limit) {
        return 413;
    }
    const bool is_syntax = failed.category() == http::make_error_code(http::error::bad_method).category() &&
                           failed != http::error::end_of_stream && failed != http::error::partial_message;
    return is_syntax ? 400 : 0;
}

response plain(unsigned status) {
    const auto reason = http::obsolete_reason(http::int_to_status(status));
    return {status, "text/plain; charset=utf-8", std::string(reason) + ".\n"};
}

template <class Stream>
class connection_over final : public connection, public std::enable_shared_from_this<connection_over<Stream>> {
public:
    connection_over(Stream stream, std::shared_ptr<const surroundings> around, bool refused)
        : stream_(std::move(stream)), around_(std::move(around)), refused_(refused), timer_(socket().get_executor()) {
        error_code ignored;
        socket().set_option(tcp::no_delay{true}, ignored);
        const tcp::endpoint peer = socket().remote_endpoint(ignored);
        address_ = ignored ? std::string{} : peer.address().to_string();
    }

    [[nodiscard]] coauth::executor executor() override { return socket().get_executor(); }

    void finish() override {
        asio::post(socket().get_executor(), [self = this->shared_from_this()] {
            self->finishing_ = true;
            if (self->idle_) {
                self->cancel();
            }
        });
    }

    void close() override {
        asio::post(socket().get_executor(), [self = this->shared_from_this()] { self->close_now(); });
    }

    coauth::awaitable<void> serve() override {
        if (co_await shake_hands()) {
            bool more = true;
            while (more && !finishing_) {
                more = co_await serve_request();
            }
            co_await part();
        }
        clear_deadline();
        close_now();
    }

private:
    static constexpr bool is_tls = std::is_same_v<Stream, tls_stream>;

    tcp::socket& socket() {
        if constexpr (is_tls) {
            return stream_.next_layer();
        } else {
            return stream_;
        }
    }

    void cancel() {
        error_code ignored;
        socket().cancel(ignored);
    }

    void close_now() {
        error_code ignored;
        socket().close(ignored);
    }

    /// Whatever the socket is doing then is cancelled.
    void set_deadline(std::chrono::milliseconds after) {
        late_ = false;
        timer_.expires_after(after);
        timer_.async_wait([weak = this->weak_from_this(), turn = ++turn_](error_code) {
            const auto self = weak.lock();
            if (self && self->turn_ == turn) {
                self->late_ = true;
                self->cancel();
            }
        });
    }

    void clear_deadline() {
        ++turn_;
        timer_.cancel();
    }

    coauth::awaitable<bool> shake_hands() {
        if constexpr (is_tls) {
            set_deadline(around_->options.read_timeout);
            const auto [failed] = co_await stream_.async_handshake(asio::ssl::stream_base::server, as_result);
            co_return !failed;
        }
        co_return true;
    }

    /// Whether another request can follow.
    coauth::awaitable<bool> serve_request() {
        if (!co_await begin_request()) {
            co_return false;
        }
        set_deadline(around_->options.read_timeout);
        request asked;
        bool keep_alive = false;
        const unsigned refusal = co_await read_request(asked, keep_alive);
        clear_deadline();
        if (late_ || refusal != 0) {
            co_await refuse(late_ ? 408 : refusal);
            co_return false;
        }
        if (asked.method.empty()) {
            co_return false;
        }
        const bool without_body = asked.method == "HEAD";
        const response made = co_await answer_to(std::move(asked));
        co_return co_await write(made, keep_alive && !finishing_, without_body);
    }

    /// Waits for a request's first byte.
    coauth::awaitable<bool> begin_request() {
        if (buffer_.size() > 0) {
            co_return true;
        }
        idle_ = true;
        set_deadline(around_->options.idle_timeout);
        const auto room = buffer_.prepare(std::min<std::size_t>(4096, buffer_.max_size()));
        const auto [failed, length] = co_await stream_.async_read_some(room, as_result);
        buffer_.commit(length);
        idle_ = false;
        co_return !failed;
    }

    /// Returns the status of a refusal, or 0; then the method is empty where the peer is gone.
    coauth::awaitable<unsigned> read_request(request& asked, bool& keep_alive) {
        parser reading;
        reading.header_limit(static_cast<std::uint32_t>(around_->options.max_header));
        reading.body_limit(around_->options.max_body);
        const auto [failed, head_length] = co_await http::async_read_header(stream_, buffer_, reading, as_result);
        if (failed) {
            co_return status_for(failed);
        }
        request head;  // before the body is read: trailers join the headers
        if (const unsigned refusal = refused_ ? 503 : take_head(reading, head)) {
            co_return refusal;
        }
        keep_alive = reading.keep_alive();
        if (beast::iequals(head.header_value("Expect"), "100-continue")) {
            constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
            co_await asio::async_write(stream_, asio::buffer(interim), as_result);
        }
        const auto [torn, body_length] = co_await http::async_read(stream_, buffer_, reading, as_result);
        if (torn) {
            co_return status_for(torn);
        }
        head.body = std::move(reading.get().body());
        head.address = address_;
        asked = std::move(head);
        co_return 0;
    }

    coauth::awaitable<response> answer_to(request asked) {
        try {
            co_return co_await around_->answers(std::move(asked));
        } catch (const std::exception&) {
            co_return plain(500);
        }
    }

    coauth::awaitable<bool> write(const response& made, bool keep_alive, bool without_body) {
        const framing how{keep_alive, without_body, std::time(nullptr)};
        std::string text;
        try {
            text = response_text(made, how);
        } catch (const std::invalid_argument&) {
            text = response_text(plain(500), how);
        }
        set_deadline(around_->options.write_timeout);
        const auto [failed, length] = co_await asio::async_write(stream_, asio::buffer(text), as_result);
        clear_deadline();
        co_return keep_alive && !failed;
    }

    /// Answers what was not read to its end. The peer may still be sending: it is listened to for a while, since a
    /// socket that is closed with bytes unread takes back what it sent.
    coauth::awaitable<void> refuse(unsigned status) {
        const response refusal = plain(status);
        co_await write(refusal, false, false);
        error_code failed;
        socket().shutdown(tcp::socket::shutdown_send, failed);
        set_deadline(parting_time);
        std::array<char, 4096> unread;
        while (!failed && !late_) {
            const auto [ended, length] = co_await socket().async_read_some(asio::buffer(unread), as_result);
            failed = ended;
        }
        close_now();
    }

    coauth::awaitable<void> part() {
        if constexpr (is_tls) {
            if (socket().is_open()) {
                set_deadline(parting_time);
                co_await stream_.async_shutdown(as_result);
            }
        }
    }

    Stream stream_;
    const std::shared_ptr<const surroundings> around_;
    const bool refused_;  ///< Over the limit: it gets a 503.
    asio::steady_timer timer_;
    std::uint64_t turn_ = 0;  ///< Which deadline is set: one that is over by now changes nothing.
    bool late_ = false;
    bool idle_ = false;
    bool finishing_ = false;
    std::string address_;
    beast::flat_buffer buffer_{around_->options.max_header + around_->options.max_body};
};

}  // namespace

std::shared_ptr<connection> make_connection(tcp::socket socket, std::shared_ptr<const surroundings> around,
                                            bool refused) {
    if (around->tls) {
        tls_stream stream(std::move(socket), *around->tls);
        return std::make_shared<connection_over<tls_stream>>(std::move(stream), std::move(around), refused);
    }
    return std::make_shared<connection_over<tcp::socket>>(std::move(socket), std::move(around), refused);
}

}  // namespace web
