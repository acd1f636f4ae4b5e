#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coauth {

/// An HTTP request as a value: what a profile builds and a transport sends. Its memory is wiped when it dies or is
/// assigned over, for URL, headers and body may all carry secrets. `Host`, `Content-Length` and `Connection` are the
/// transport's to write.
struct http_request {
    http_request() = default;
    http_request(std::string method, std::string url);  ///< `safe_url` stays empty.
    http_request(const http_request&) = default;
    http_request(http_request&&) noexcept = default;
    http_request& operator=(http_request other) noexcept;  ///< Wipes what was there.
    ~http_request();

    std::string method = "GET";                                ///< A token of RFC 9110.
    std::string url;                                           ///< Absolute, https.
    std::vector<std::pair<std::string, std::string>> headers;  ///< Names and values, in their order.
    std::string body;                                          ///< Sent with its `Content-Length`.

    /// The URL as it may be shown: placeholders stand where secrets are. The only form an observer, log or error sees;
    /// empty in a request that no profile built, unless it is set.
    std::string safe_url;
    std::string provider;   ///< The profile's name, for observers and errors.
    std::string operation;  ///< The operation's name, for observers and errors.

    /// Whether sending it twice does no harm (RFC 9110, section 9.2.2). Only then is it ever replayed after a byte was
    /// written.
    bool idempotent = false;

    /// The limit for everything: waiting, resolving, connecting, sending, receiving, replays. Empty: the transport's
    /// own. Zero or less: the request fails at once with a timeout.
    std::optional<std::chrono::milliseconds> timeout;
};

/// A complete HTTP answer. Its memory is wiped when it dies or is assigned over.
class http_response {
public:
    http_response() = default;
    explicit http_response(unsigned status, std::string body = {});  ///< Without header fields.
    http_response(const http_response&) = default;
    http_response(http_response&& other) noexcept;           ///< Leaves an empty one.
    http_response& operator=(http_response other) noexcept;  ///< Wipes what was there.
    ~http_response();

    [[nodiscard]] unsigned status() const noexcept { return status_; }  ///< 200 to 599; 0 in an empty response.
    void set_status(unsigned status) noexcept { status_ = status; }     ///< Any number: it is not checked.

    /// The first field of that name, whatever its case; the view lives until the response changes or dies.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
    [[nodiscard]] std::size_t header_count() const noexcept { return header_count_; }  ///< Fields of all names.
    http_response& add_header(std::string_view name, std::string_view value);          ///< Behind those there are.

    /// As long as the response is unchanged.
    [[nodiscard]] std::string_view body() const noexcept { return std::string_view{text_}.substr(body_at_); }
    void append_body(std::string_view bytes);  ///< Behind what is there.

    /// Makes room for so many bytes more, of names, values and body together.
    void reserve(std::size_t bytes);

private:
    unsigned status_ = 0;
    unsigned header_count_ = 0;
    std::size_t body_at_ = 0;
    std::string text_;  // the fields, each with the lengths of its name and value in front, and behind them the body
};

}  // namespace coauth
