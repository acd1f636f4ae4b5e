#include "web/response_text.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace web {
namespace {

bool is_name(std::string_view text) {
    static constexpr std::string_view others = "!#$%&'*+-.^_`|~";  // RFC 9110, section 5.6.2
    const auto fits = [](char letter) {
        return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= 'a' && letter <= 'z') || others.find(letter) != std::string_view::npos;
    };
    return !text.empty() && std::ranges::all_of(text, fits);
}

bool is_value(std::string_view text) {
    return std::ranges::none_of(text, [](unsigned char letter) { return letter < ' ' || letter == 0x7f; });
}

/// As RFC 9110, section 5.6.7, has it, whatever the locale.
std::string date_text(std::time_t when) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    gmtime_r(&when, &parts);
    std::array<char, 32> digits{};
    const std::size_t length = std::strftime(digits.data(), digits.size(), "%Y %H:%M:%S GMT", &parts);
    const std::string day = std::to_string(parts.tm_mday);
    return std::string(days.at(static_cast<std::size_t>(parts.tm_wday))) + ", " + (day.size() < 2 ? "0" : "") + day +
           " " + months.at(static_cast<std::size_t>(parts.tm_mon)) + " " + std::string(digits.data(), length);
}

}  // namespace

std::string response_text(const response& made, const framing& how) {
    if (made.status < 200 || made.status > 599) {
        throw std::invalid_argument("a response has a final status");
    }
    std::string text = "HTTP/1.1 " + std::to_string(made.status) + " ";
    text.append(boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(made.status)));
    text.append("\r\nDate: ").append(date_text(how.date)).append("\r\n");
    for (const header& each : made.headers) {
        if (!is_name(each.name) || !is_value(each.value)) {
            throw std::invalid_argument("a header's name is a token, and its value one line");
        }
        text.append(each.name).append(": ").append(each.value).append("\r\n");
    }
    const bool has_body = made.status != 204 && made.status != 304;  // RFC 9110, section 6.4.1
    if (has_body) {
        text.append("Content-Length: ").append(std::to_string(made.body.size())).append("\r\n");
    }
    text.append(how.keep_alive ? "\r\n" : "Connection: close\r\n\r\n");
    if (has_body && !how.without_body) {
        text.append(made.body);
    }
    return text;
}

}  // namespace web
