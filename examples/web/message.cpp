#include "web/http_server.hpp"

#include <boost/url/grammar/ci_string.hpp>
#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>

#include <algorithm>

namespace web {
namespace {

namespace urls = boost::urls;

/// The parameter of that name in `text`, which is `application/x-www-form-urlencoded`.
std::optional<std::string> parameter(std::string_view text, std::string_view name) {
    const auto parsed = urls::parse_query(text);
    if (text.empty() || !parsed) {
        return std::nullopt;
    }
    urls::encoding_opts plus_is_space;
    plus_is_space.space_as_plus = true;
    for (const auto& each : *parsed) {
        if (each.key.decode(plus_is_space) == name) {
            return each.value.decode(plus_is_space);
        }
    }
    return std::nullopt;
}

}  // namespace

std::string_view request::header_value(std::string_view name) const noexcept {
    const auto same = [name](const header& each) { return urls::grammar::ci_is_equal(each.name, name); };
    const auto found = std::ranges::find_if(headers, same);
    return found == headers.end() ? std::string_view{} : std::string_view{found->value};
}

std::optional<std::string> request::query(std::string_view name) const {
    const std::size_t mark = target.find('?');
    return mark == std::string::npos ? std::nullopt : parameter(std::string_view{target}.substr(mark + 1), name);
}

std::optional<std::string> request::form(std::string_view name) const {
    std::string_view type = header_value("Content-Type");
    type = type.substr(0, type.find_first_of("; "));
    return urls::grammar::ci_is_equal(type, "application/x-www-form-urlencoded") ? parameter(body, name) : std::nullopt;
}

std::string_view request::cookie(std::string_view name) const noexcept {
    std::string_view left = header_value("Cookie");
    while (!left.empty()) {
        std::string_view pair = left.substr(0, left.find(';'));
        left.remove_prefix(std::min(pair.size() + 1, left.size()));
        pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
        if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
            return pair.substr(name.size() + 1);
        }
    }
    return {};
}

response::response(unsigned its_status, std::string content_type, std::string its_body)
    : status(its_status), body(std::move(its_body)) {
    headers.push_back({"Content-Type", std::move(content_type)});
}

}  // namespace web
