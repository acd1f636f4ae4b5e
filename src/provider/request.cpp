#include "core/ascii.hpp"
#include "core/checked_fields.hpp"
#include "provider/profile_data.hpp"
#include "provider/request_body.hpp"
#include "provider/request_placeholders.hpp"
#include "provider/secret_text.hpp"
#include "provider/step_failure.hpp"

#include <coauth/core/secret.hpp>
#include <coauth/provider/request.hpp>

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

/// Most requests need no more than this besides their URL and the secrets that are put in. What is spared counts:
/// pieces of memory up to a kilobyte are at hand, larger ones are not.
std::size_t room_for(const operation_rules& operation, const request_values& values) noexcept {
    std::size_t room = operation.body == operation_rules::body_kind::none ? 128 : 512;
    if (values.grant) {
        room += values.grant->code.reveal().size() + values.grant->code_verifier.reveal().size();
    }
    if (values.token) {
        room += values.token->access_token.reveal().size();
        room += values.token->refresh_token ? values.token->refresh_token->reveal().size() : 0;
    }
    return room;
}

/// A URL, and how it may be shown.
struct url_text {
    ~url_text() { wipe(full); }
    std::string full;
    std::string safe;
};

std::optional<failure> write_url(const operation_rules& operation, const placeholder_values& values, url_text& into) {
    auto url = operation.url.expand(values, escape::percent);
    if (!url) {
        return url.error();
    }
    into.full = std::move(*url).value_or("");
    if (auto wrong = check_url(operation.url, into.full)) {
        return wrong;
    }
    into.safe = operation.url.expand_safe(values, escape::percent);
    char mark = into.full.find('?') == std::string::npos ? '?' : '&';
    for (const auto& each : operation.query) {
        const std::string name = mark + each.written_name;
        const std::size_t before = into.full.size();
        append_secret(into.full, name);
        const auto written = each.value.append_to(into.full, values, escape::percent, escape::percent);
        if (!written) {
            return written.error();
        }
        if (!*written) {
            into.full.resize(before);
            continue;
        }
        into.safe += name + each.value.expand_safe(values, escape::percent);
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

/// False where an optional placeholder has no value.
result<bool> write_header(const named_template& header, const placeholder_values& values, http_request& into) {
    if (const std::string* fixed = header.value.fixed()) {  // which the loader has looked at
        into.add_header(header.name, *fixed);
        return true;
    }
    result<bool> appended = false;
    into.write_header(header.name, [&](std::string& to) {
        const std::size_t before = to.size();
        appended = header.value.append_to(to, values, escape::none);
        if (appended && !is_header_value(std::string_view{to}.substr(before))) {
            appended = invalid("the value of the header \"" + header.name +
                               "\" holds a character that may not stand there, such as a line break");
        }
        return appended && *appended;
    });
    return appended;
}

std::optional<failure> write_headers(const operation_rules& operation, const placeholder_values& values,
                                     http_request& into) {
    for (const auto& each : operation.headers) {
        if (const auto written = write_header(each, values, into); !written) {
            return written.error();
        }
    }
    return std::nullopt;
}

/// In one object from beginning to end, the caller's.
result<http_request> build_request(const profile_data& what, const operation_rules& operation,
                                   const placeholder_values& values, std::string_view url, std::string_view safe_url,
                                   std::size_t room) {
    result<http_request> request(boost::system::in_place_value, operation.method, url, room);
    request->set_safe_url(safe_url);
    auto wrong = write_headers(operation, values, *request);
    checked_fields::note(*request);  // by the loader, and as they were written
    if (!wrong) {
        wrong = request->write_body([&](std::string& to) { return write_body(operation, values, to); });
    }
    if (wrong) {
        request = step_failure(what, operation.name, wrong->code, std::move(wrong->detail));
        return request;
    }
    request->provider = what.name;
    request->operation = operation.name;
    request->idempotent = operation.idempotent;
    return request;
}

}  // namespace

result<http_request> build_request(const profile& what, std::string_view operation, const request_values& values) {
    const profile_data& data = what.data();
    const auto* rules = data.find(operation);
    if (!rules) {
        return unsupported(data, operation);
    }
    if (auto wrong = check_arguments(*rules, values.arguments)) {
        return step_failure(data, rules->name, wrong->code, std::move(wrong->detail));
    }
    request_placeholders placeholders(data, values);
    const placeholder_values find = [&](const value_name& which) { return placeholders.find(which); };
    if (const std::string* fixed = rules->url.fixed(); fixed && rules->query.empty()) {
        return build_request(data, *rules, find, *fixed, *fixed, room_for(*rules, values));
    }
    url_text url;
    if (auto wrong = write_url(*rules, find, url)) {
        return step_failure(data, rules->name, wrong->code, std::move(wrong->detail));
    }
    return build_request(data, *rules, find, url.full, url.safe, room_for(*rules, values));
}

}  // namespace coauth::provider
