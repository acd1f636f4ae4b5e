#pragma once

#include <boost/json/value.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coauth::sandbox {

using header_fields = std::vector<std::pair<std::string, std::string>>;

/// A request as the listener read it.
struct request {
    std::string method{};
    std::string host{};    ///< Lower case, without a port.
    std::string target{};  ///< Path and query, still encoded.
    header_fields headers{};
    std::string body{};
    std::string peer_address{};

    /// The first field of that name, whatever its case; null if there is none.
    [[nodiscard]] const std::string* header(std::string_view name) const noexcept;
};

/// An answer but for what the listener writes itself: `Content-Length` and `Connection`.
struct response {
    unsigned status = 200;
    header_fields headers{};
    std::string body{};

    [[nodiscard]] const std::string* header(std::string_view name) const noexcept;
};

/// A response, and how it shall be delivered.
struct answer {
    response message{};
    std::chrono::milliseconds latency{};
    bool drop_connection = false;  ///< Close instead of answering.
};

/// Ends the handling of a request with this response.
class refusal : public std::exception {
public:
    explicit refusal(response answer) : response_(std::move(answer)) {}

    [[nodiscard]] const response& message() const noexcept { return response_; }
    [[nodiscard]] const char* what() const noexcept override { return "the request was refused"; }

private:
    response response_;
};

/// Each forbids caching, as whatever holds a token must (RFC 6749, section 5.1).
[[nodiscard]] response json_response(unsigned status, const boost::json::value& body);
[[nodiscard]] response text_response(unsigned status, std::string body);
[[nodiscard]] response redirect_response(unsigned status, std::string location);

/// `url` with one more query parameter.
[[nodiscard]] std::string with_query(std::string url, std::string_view name, std::string_view value);

}  // namespace coauth::sandbox
