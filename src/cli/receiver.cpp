#include "cli/receiver.hpp"

#include "cli/exit_status.hpp"
#include "cli/output.hpp"

#include <coauth/core/random.hpp>
#include <coauth/core/secret.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>

namespace coauth::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

using request = http::request<http::empty_body>;
using response = http::response<http::string_body>;

constexpr auto patience = std::chrono::seconds{10};
constexpr std::size_t largest_header = 16 * 1024;
constexpr std::size_t most_connections = 16;
constexpr std::string_view cookie_name = "coauth_login";

response make_response(unsigned status, std::string_view text) {
    response made{http::int_to_status(status), 11};
    made.set(http::field::content_type, "text/html; charset=utf-8");
    made.set(http::field::cache_control, "no-store");
    made.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    made.set("Referrer-Policy", "no-referrer");
    made.set("X-Content-Type-Options", "nosniff");
    made.keep_alive(false);
    made.body() = "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>coauth</title><p>";
    made.body().append(text).append("</p></html>\n");
    made.prepare_payload();
    return made;
}

/// Whether one of the request's cookies is ours with that value.
bool has_cookie(const request& received, const secret& value) {
    std::string_view left = received[http::field::cookie];
    const std::string wanted = std::string(cookie_name) + "=" + std::string(value.reveal());
    while (!left.empty()) {
        const std::size_t end = std::min(left.find(';'), left.size());
        std::string_view each = left.substr(0, end);
        each.remove_prefix(std::min(each.find_first_not_of(' '), each.size()));
        if (equal_in_constant_time(each, wanted)) {
            return true;
        }
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    return false;
}

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

class receiver::implementation : public std::enable_shared_from_this<implementation> {
public:
    implementation(executor where, loopback at) : at_(std::move(at)), acceptor_(where) {
        const tcp::endpoint endpoint(asio::ip::make_address(at_.host == "localhost" ? "127.0.0.1" : at_.host),
                                     at_.port);
        try {
            acceptor_.open(endpoint.protocol());
            acceptor_.set_option(tcp::acceptor::reuse_address(true));
            acceptor_.bind(endpoint);
            acceptor_.listen();
        } catch (const boost::system::system_error& failed) {
            throw program_error("cannot listen on " + bracketed(at_.host) + " port " + std::to_string(at_.port) +
                                " for the browser: " + failed.code().message());
        }
        at_.port = acceptor_.local_endpoint().port();
    }

    std::string origin() const { return "http://" + bracketed(at_.host) + ":" + std::to_string(at_.port); }
    std::string redirect_uri() const { return origin() + at_.path; }

    std::string bind_to_browser(std::string login_url) {
        login_url_ = std::move(login_url);
        begin_path_ = "/begin/" + random_text(*system_random(), 16);
        cookie_ = secret(random_text(*system_random(), 16));
        return origin() + begin_path_;
    }

    void start(judge judged, std::function<void()> ended) {
        judge_ = std::move(judged);
        ended_ = std::move(ended);
        asio::co_spawn(acceptor_.get_executor(), accept(shared_from_this()), asio::detached);
    }

    void stop() {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        ended_ = nullptr;
    }

private:
    using shared = std::shared_ptr<implementation>;

    static awaitable<void> accept(shared self) {
        while (self->acceptor_.is_open()) {
            auto [failed, socket] = co_await self->acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
            if (!failed && self->connections_ < most_connections) {
                asio::co_spawn(self->acceptor_.get_executor(), serve(self, beast::tcp_stream(std::move(socket))),
                               asio::detached);
            }
            if (failed && failed != asio::error::connection_aborted) {
                co_return;
            }
        }
    }

    static awaitable<void> serve(shared self, beast::tcp_stream stream) {
        ++self->connections_;
        const bool last = co_await answer(*self, stream);
        --self->connections_;
        if (last && self->ended_) {
            self->ended_();
        }
    }

    /// Reads one request and answers it. Returns whether the login has ended.
    static awaitable<bool> answer(implementation& self, beast::tcp_stream& stream) {
        beast::flat_buffer buffer{largest_header};
        http::request_parser<http::empty_body> parser;
        parser.header_limit(largest_header);
        stream.expires_after(patience);
        const auto [unread, length] =
            co_await http::async_read_header(stream, buffer, parser, asio::as_tuple(asio::use_awaitable));
        bool last = false;
        if (unread) {
            co_return last;
        }
        response answered = self.respond(parser.get(), last);
        co_await http::async_write(stream, answered, asio::as_tuple(asio::use_awaitable));
        boost::system::error_code ignored;
        stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
        co_return last;
    }

    response respond(const request& received, bool& last) {
        const std::string_view target = received.target();
        const std::string_view path = target.substr(0, target.find('?'));
        if (!is_our_name(received[http::field::host])) {
            return make_response(421, "This is not the place that you asked for.");
        }
        if (received.method() != http::verb::get) {
            response refused = make_response(405, "A browser comes back with GET.");
            refused.set(http::field::allow, "GET");
            return refused;
        }
        if (!begin_path_.empty() && path == begin_path_) {
            return begin();
        }
        if (path != at_.path) {
            return make_response(404, "There is nothing here.");
        }
        if (!begin_path_.empty() && !has_cookie(received, cookie_)) {
            tell("Ignored a callback from a browser that did not open the address above.");
            return make_response(403, "The login was not begun in this browser. Open the address that coauth printed.");
        }
        const browser_page page = judge_(target);
        last = page.last;
        return make_response(page.status, page.text);
    }

    response begin() const {
        response made = make_response(303, "Going on to the provider.");
        made.set(http::field::location, login_url_);
        made.set(http::field::set_cookie,
                 std::string(cookie_name) + "=" + std::string(cookie_.reveal()) + "; Path=/; HttpOnly; SameSite=Lax");
        return made;
    }

    bool is_our_name(std::string_view host) const {
        const std::string port = ":" + std::to_string(at_.port);
        return host == bracketed(at_.host) + port || host == "localhost" + port || host == "127.0.0.1" + port;
    }

    loopback at_;
    tcp::acceptor acceptor_;
    std::size_t connections_ = 0;
    judge judge_;
    std::function<void()> ended_;
    std::string login_url_;
    std::string begin_path_;  ///< Empty: the callback's state ties it to the login.
    secret cookie_;
};

receiver::receiver(executor where, loopback at)
    : implementation_(std::make_shared<implementation>(std::move(where), std::move(at))) {}

receiver::~receiver() {
    implementation_->stop();
}

std::string receiver::redirect_uri() const {
    return implementation_->redirect_uri();
}

std::string receiver::bind_to_browser(std::string login_url) {
    return implementation_->bind_to_browser(std::move(login_url));
}

void receiver::start(judge judged, std::function<void()> ended) {
    implementation_->start(std::move(judged), std::move(ended));
}

}  // namespace coauth::cli
