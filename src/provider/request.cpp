#include "core/ascii.hpp"
#include "provider/profile_data.hpp"
#include "provider/request_body.hpp"
#include "provider/request_placeholders.hpp"
#include "provider/secret_text.hpp"
#include "provider/step_failure.hpp"

#include <coauth/core/secret.hpp>
#include <coauth/provider/request.hpp>
#include <coauth/version.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace coauth::provider {
namespace {

failure invalid(std::string detail) {
    failure what;
    what.code = errc::invalid_argument;
    what.detail = std::move(detail);
    return what;
}

std::string declared_arguments(const operation_rules& operation) {
    if (operation.arguments.empty()) {
        return "it takes none";
    }
    std::string names = "it takes";
    for (const auto& each : operation.arguments) {
        names += (&each == &operation.arguments.front() ? " " : ", ") + each;
    }
    return names;
}

std::optional<failure> check_arguments(const operation_rules& operation, const parameters* given) {
    const auto is_declared = [&](const parameter& each) {
        return std::any_of(operation.arguments.begin(), operation.arguments.end(),
                           [&](const std::string& declared) { return argument_name(declared) == each.name; });
    };
    if (given) {
        const auto unknown = std::find_if_not(given->begin(), given->end(), is_declared);
        if (unknown != given->end()) {
            return invalid("there is no argument \"" + printable(unknown->name, 60) + "\"; " +
                           declared_arguments(operation));
        }
    }
    for (const auto& each : operation.arguments) {
        const auto* value = given ? given->find(argument_name(each)) : nullptr;
        if (!each.ends_with('?') && (!value || value->empty())) {
            return invalid("the argument \"" + each + "\" is missing; " + declared_arguments(operation));
        }
    }
    return std::nullopt;
}

/// Whether a server that decodes a path before it takes it apart finds a segment of dots.
bool has_segment_of_dots(std::string_view decoded_path) noexcept {
    while (true) {
        const auto end = std::min(decoded_path.find_first_of("/\\"), decoded_path.size());
        const auto segment = decoded_path.substr(0, end);
        if (segment == "." || segment == "..") {
            return true;
        }
        if (end == decoded_path.size()) {
            return false;
        }
        decoded_path.remove_prefix(end + 1);
    }
}

/// The loader has seen to it that scheme and host are fixed text, and no value escapes from its place in the path. Only
/// a segment of dots would still lead to another path.
std::optional<failure> check_url(const template_text& made_of, std::string_view text) {
    if (made_of.fixed()) {
        return std::nullopt;
    }
    const auto url = boost::urls::parse_uri({text.data(), text.size()});
    if (!url) {
        return invalid("its values make no URL");
    }
    std::string path = url->path();
    const bool leads_elsewhere = has_segment_of_dots(path);
    wipe(path);
    return leads_elsewhere
               ? std::optional(invalid("a value in the path has a segment \".\" or \"..\", which leads elsewhere"))
               : std::nullopt;
}

std::optional<failure> write_url(const operation_rules& operation, const placeholder_values& values,
                                 http_request& into) {
    if (const std::string* fixed = operation.url.fixed(); fixed && operation.query.empty()) {
        into.url = *fixed;
        into.safe_url = *fixed;
        return std::nullopt;
    }
    auto url = operation.url.expand(values, escape::percent);
    if (!url) {
        return url.error();
    }
    into.url = std::move(*url).value_or("");
    if (auto wrong = check_url(operation.url, into.url)) {
        return wrong;
    }
    into.safe_url = operation.url.expand_safe(values, escape::percent);
    char mark = into.url.find('?') == std::string::npos ? '?' : '&';
    for (const auto& each : operation.query) {
        const std::string name = mark + each.written_name;
        const std::size_t before = into.url.size();
        append_secret(into.url, name);
        const auto written = each.value.append_to(into.url, values, escape::percent, escape::percent);
        if (!written) {
            return written.error();
        }
        if (!*written) {
            into.url.resize(before);
            continue;
        }
        into.safe_url += name + each.value.expand_safe(values, escape::percent);
        mark = '&';
    }
    return std::nullopt;
}

/// RFC 9110, section 5.5, without the bytes beyond ASCII, which have no agreed meaning.
bool is_header_value(std::string_view text) noexcept {
    const auto is_visible = [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; };
    return (all_between(text, ' ', '~') || std::all_of(text.begin(), text.end(), is_visible)) &&
           !text.starts_with(' ') && !text.ends_with(' ');
}

bool is_header(const std::pair<std::string, std::string>& header, std::string_view name) {
    return std::equal(header.first.begin(), header.first.end(), name.begin(), name.end(), [](char a, char b) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
        return lower(a) == lower(b);
    });
}

/// Adds a header that the profile has not written itself.
void add_default_header(http_request& to, std::string_view name, std::string_view value) {
    const auto is_same = [&](const auto& header) { return is_header(header, name); };
    if (std::none_of(to.headers.begin(), to.headers.end(), is_same)) {
        to.headers.emplace_back(name, value);
    }
}

std::optional<failure> write_headers(const operation_rules& operation, const placeholder_values& values,
                                     http_request& into) {
    constexpr std::size_t most_defaults = 3;
    into.headers.reserve(operation.headers.size() + most_defaults);
    for (const auto& each : operation.headers) {
        auto value = each.value.expand(values, escape::none);
        if (!value) {
            return value.error();
        }
        if (!*value) {
            continue;
        }
        if (!is_header_value(**value)) {
            wipe(**value);
            return invalid("the value of the header \"" + each.name +
                           "\" holds a character that may not stand there, such as a line break");
        }
        into.headers.emplace_back(each.name, std::move(**value));
    }
    add_default_header(into, "Accept", "application/json");
    add_default_header(into, "User-Agent", "coauth/" COAUTH_VERSION_STRING);
    if (operation.body == operation_rules::body_kind::form) {
        add_default_header(into, "Content-Type", "application/x-www-form-urlencoded");
    } else if (operation.body == operation_rules::body_kind::json) {
        add_default_header(into, "Content-Type", "application/json");
    }
    return std::nullopt;
}

std::optional<failure> write_request(const profile_data& what, const operation_rules& operation,
                                     const request_values& values, http_request& into) {
    if (auto wrong = check_arguments(operation, values.arguments)) {
        return wrong;
    }
    request_placeholders placeholders(what, operation, values);
    const placeholder_values find = [&](std::string_view name) { return placeholders.find(name); };
    if (auto wrong = write_url(operation, find, into)) {
        return wrong;
    }
    if (auto wrong = write_headers(operation, find, into)) {
        return wrong;
    }
    return write_body(operation, find, into.body);
}

}  // namespace

result<http_request> build_request(const profile& what, std::string_view operation, const request_values& values) {
    const auto* rules = what.data().find(operation);
    if (!rules) {
        return unsupported(what.data(), operation);
    }
    http_request request;
    request.method = rules->method;
    request.provider = what.name();
    request.operation = rules->name;
    request.idempotent = rules->idempotent;
    if (auto wrong = write_request(what.data(), *rules, values, request)) {
        return step_failure(what.data(), rules->name, wrong->code, std::move(wrong->detail));
    }
    return request;
}

}  // namespace coauth::provider
