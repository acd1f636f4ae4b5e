#include "http/request_writer.hpp"

#include "core/checked_fields.hpp"
#include "http/field_syntax.hpp"

#include <coauth/core/port.hpp>
#include <coauth/core/secret.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace coauth::http {

namespace {

namespace urls = boost::urls;

failure not_sendable(std::string detail) {
    failure refused;
    refused.code = errc::invalid_argument;
    refused.detail = std::move(detail);
    return refused;
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_host_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_';
    });
}

constexpr word_set transports_own{transport_fields};

result<urls::url_view> parse_https_url(std::string_view text) {
    const auto parsed = urls::parse_uri(text);
    if (!parsed)
        return not_sendable("the URL is not a valid absolute URL");
    if (parsed->scheme_id() != urls::scheme::https)
        return not_sendable("the URL is not https, and nothing else is spoken");
    if (parsed->has_userinfo())
        return not_sendable("the URL has a user or password in it; send credentials in a header");
    if (!parsed->encoded_path().empty() && !parsed->encoded_path().starts_with('/'))
        return not_sendable("the URL's port is not a number");  // what Boost 1.81 makes of one
    return *parsed;
}

result<std::uint16_t> port_of(const urls::url_view& url) {
    if (url.port().empty())
        return std::uint16_t{443};
    const auto port = parse_port(url.port());
    if (port.value_or(0) == 0)
        return not_sendable("the URL's port is not one from 1 to 65535");
    return *port;
}

result<std::string> host_of(const urls::url_view& url) {
    if (url.host_type() == urls::host_type::ipv6)
        return std::string(url.host_ipv6_address().to_string());
    std::string host(url.encoded_host());
    if (!is_host_name(host))
        return not_sendable("the URL's host is not a name or an address");
    std::transform(host.begin(), host.end(), host.begin(), urls::grammar::to_lower);
    return host;
}

bool is_sendable(const header_field& field) {
    return is_token(field.name) && !transports_own.has(field.name) && !has_control_character(field.value);
}

/// Why the field may not be sent.
failure not_sendable(const header_field& field) {
    if (!is_token(field.name))
        return not_sendable("the header name \"" + printable(field.name, 60) +
                            "\" has characters that may not be sent");
    if (transports_own.has(field.name))
        return not_sendable("the header " + std::string(field.name) + " is the transport's to write; leave it out");
    return not_sendable("the value of the header " + std::string(field.name) +
                        " has a line break or another control character");
}

/// Also an empty body is announced where the method means to send one (RFC 9110, section 8.6).
bool announces_body(const http_request& request) {
    const std::string_view method = request.method();
    return !request.body().empty() || method == "POST" || method == "PUT" || method == "PATCH";
}

/// At least what the request takes when it is written.
std::size_t most_bytes_of(const http_request& request, const destination& goes_to) {
    constexpr std::size_t of_the_rest = 50;  // the line of its length, and the end of its head
    return request.method().size() + goes_to.head.size() + request.header_bytes() + request.body().size() + of_the_rest;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

/// The target is path and query (RFC 9112, section 3.2.1).
std::string after_method(const urls::url_view& url, std::string_view authority) {
    constexpr std::string_view before_host = " HTTP/1.1\r\nHost: ";
    constexpr std::size_t of_the_rest = 10;
    std::string head;
    head.reserve(url.size() + before_host.size() + authority.size() + of_the_rest);  // growing would leave secrets
    head.append(url.encoded_path().empty() ? " /" : " ").append(url.encoded_path());
    if (url.has_query())
        head.append("?").append(url.encoded_query());
    return head.append(before_host).append(authority).append("\r\n");
}

result<origin> origin_of(const urls::url_view& url) {
    auto host = host_of(url);
    if (!host)
        return host.error();
    const auto port = port_of(url);
    if (!port)
        return port.error();
    return origin{std::move(*host), *port};
}

}  // namespace

std::string origin::authority() const {
    std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != 443)
        text.append(":").append(std::to_string(port));
    return text;
}

destination::destination(origin its_origin, std::string its_authority, std::string its_head)
    : to{std::move(its_origin)}, authority{std::move(its_authority)}, head{std::move(its_head)} {}

destination::~destination() {
    wipe(head);
}

result<destination> read_url(std::string_view text) {
    const auto url = parse_https_url(text);
    if (!url)
        return url.error();
    auto to = origin_of(*url);
    if (!to)
        return to.error();
    std::string authority = to->authority();
    std::string head = after_method(*url, authority);
    return destination{std::move(*to), std::move(authority), std::move(head)};
}

result<void> check_request(const http_request& request) {
    const std::string_view method = request.method();
    if (!is_token(method) || method == "CONNECT")
        return not_sendable("\"" + printable(method, 60) + "\" is not a method that may be sent");
    std::size_t checked = checked_fields::of(request);
    if (checked == request.header_count())
        return {};
    for (const header_field field : request.headers()) {
        const bool was_checked = checked > 0;
        checked -= was_checked ? 1 : 0;
        if (!was_checked && !is_sendable(field))
            return not_sendable(field);
    }
    return {};
}

void write_request(std::string& out, const http_request& request, const destination& goes_to) {
    out.reserve(out.size() + most_bytes_of(request, goes_to));  // growing would leave secrets behind
    out.append(request.method()).append(goes_to.head);
    request.write_headers(out);
    if (announces_body(request))
        append_field(out, "Content-Length", std::to_string(request.body().size()));
    out.append("\r\n").append(request.body());
}

result<void> write_connect(std::string& out, std::string_view target, std::string_view credentials) {
    if (has_control_character(target) || target.find(' ') != std::string_view::npos)
        return not_sendable("the proxy cannot be asked for this host");
    if (has_control_character(credentials))
        return not_sendable("the value of the header Proxy-Authorization has a control character");
    out.append("CONNECT ").append(target).append(" HTTP/1.1\r\n");
    append_field(out, "Host", target);
    if (!credentials.empty())
        append_field(out, "Proxy-Authorization", credentials);
    out.append("\r\n");
    return {};
}

}  // namespace coauth::http
