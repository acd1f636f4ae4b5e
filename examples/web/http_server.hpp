#pragma once

#include <coauth/http/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A small HTTP/1.1 server that the example programs share: Beast and OpenSSL stay in its one source file.
namespace web {

struct header {
    std::string name;
    std::string value;
};

/// What a client asked, read within the limits of `server_options`.
struct request {
    request() = default;

    std::string method;  ///< "GET"
    std::string target;  ///< As it came: "/callback/hitkey?code=..."; may hold secrets, so it is never logged.
    std::string path;    ///< Decoded, without the query: "/callback/hitkey".
    std::vector<header> headers;
    std::string body;
    std::string address;  ///< The client's IP address.

    /// The value of the first header of that name, whatever its case; empty if there is none.
    [[nodiscard]] std::string_view header_value(std::string_view name) const noexcept;

    /// A parameter of the query or of a form body, decoded; nothing if it is not there, or what holds it is not
    /// `application/x-www-form-urlencoded`.
    [[nodiscard]] std::optional<std::string> query(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> form(std::string_view name) const;

    /// A cookie's value, as it came; empty if there is none.
    [[nodiscard]] std::string_view cookie(std::string_view name) const noexcept;
};

struct response {
    response() = default;
    explicit response(unsigned its_status) : status(its_status) {}
    response(unsigned its_status, std::string content_type, std::string its_body);

    unsigned status = 200;
    std::vector<header> headers;  ///< Content-Length, Date and Connection are the server's own.
    std::string body;             ///< Left out where HEAD asked.
};

/// Answers a request; called on the connection's strand, one request after the other. What it throws, and a header that
/// cannot be sent, is answered with a 500 that says nothing.
using handler = std::function<coauth::awaitable<response>(request)>;

struct tls_files {
    std::string certificate_chain;  ///< PEM files.
    std::string private_key;
};

struct server_options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;          ///< 0: any free one.
    std::optional<tls_files> tls{};  ///< None: plain HTTP, which is for loopback alone.
    std::size_t max_header = 16 * 1024;
    std::size_t max_body = 64 * 1024;
    std::size_t max_connections = 1024;              ///< A few more are answered with a 503, and none beyond them.
    std::chrono::milliseconds read_timeout{10'000};  ///< From a request's first byte to its last; the handshake too.
    std::chrono::milliseconds write_timeout{10'000};
    std::chrono::milliseconds idle_timeout{30'000};  ///< Between requests.
};

/// Listens from its construction on. What is no request, or over a limit, is answered with 400, 408, 413, 431 or 501,
/// and ends its connection. Threads: any. Lifetime: the executor's context outlives it; the destructor closes all
/// connections, and what a handler has under way ends by itself.
class http_server {
public:
    /// Throws `std::invalid_argument` for plain HTTP on an address that is not loopback, `boost::system::system_error`
    /// where address, certificate or key cannot be used.
    http_server(coauth::executor where, server_options options, handler answers);
    ~http_server();

    http_server(const http_server&) = delete;
    http_server& operator=(const http_server&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept;
    [[nodiscard]] std::size_t connections() const noexcept;

    /// Takes no new connection; requests under way are answered, each connection's last; returns when all are closed,
    /// or closes the rest when `grace` has passed.
    coauth::awaitable<void> stop(std::chrono::milliseconds grace);

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

}  // namespace web
