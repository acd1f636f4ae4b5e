#include "messages.hpp"

#include <coauth/core/encoding.hpp>

#include <boost/json/serialize.hpp>
#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>

namespace coauth::sandbox {
namespace {

const std::string* find_header(const header_fields& headers, std::string_view name) noexcept {
    const auto same = [name](const auto& field) { return boost::urls::grammar::ci_is_equal(field.first, name); };
    const auto found = std::ranges::find_if(headers, same);
    return found == headers.end() ? nullptr : &found->second;
}

response uncached(unsigned status, std::string content_type, std::string body) {
    return {status, {{"Content-Type", std::move(content_type)}, {"Cache-Control", "no-store"}}, std::move(body)};
}

}  // namespace

const std::string* request::header(std::string_view name) const noexcept {
    return find_header(headers, name);
}

const std::string* response::header(std::string_view name) const noexcept {
    return find_header(headers, name);
}

response json_response(unsigned status, const boost::json::value& body) {
    return uncached(status, "application/json", boost::json::serialize(body));
}

response text_response(unsigned status, std::string body) {
    return uncached(status, "text/plain; charset=utf-8", std::move(body));
}

response redirect_response(unsigned status, std::string location) {
    response made = text_response(status, "");
    made.headers.emplace_back("Location", std::move(location));
    made.headers.emplace_back("Referrer-Policy", "no-referrer");
    return made;
}

std::string with_query(std::string url, std::string_view name, std::string_view value) {
    url += url.find('?') == std::string::npos ? '?' : '&';
    return url.append(name).append("=").append(percent_encode(value));
}

}  // namespace coauth::sandbox
