#include "provider/reply_body.hpp"

#include "provider/form_fields.hpp"
#include "provider/reply_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <utility>

namespace coauth::provider {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    constexpr std::string_view white_space = " \t\r\n";
    if (text.starts_with(byte_order_mark)) {
        text.remove_prefix(byte_order_mark.size());
    }
    text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size()));
    return text.substr(0, text.find_last_not_of(white_space) + 1);
}

bool looks_like_json(std::string_view text) noexcept {
    return text.starts_with('{') || text.starts_with('[');
}

void read_json(reply_body& into, std::size_t max_depth) {
    auto parsed = parse_reply_json(into.text, max_depth);
    into.value = std::move(parsed.value);
    into.repeated = std::move(parsed.repeated);
    into.problem = parsed.problem.empty() ? std::string{} : "it is not the JSON expected: " + parsed.problem;
}

void read_form(reply_body& into) {
    if (looks_like_json(into.text)) {
        into.problem = "it is JSON and not the form expected";
        return;
    }
    const auto fields = parse_form(into.text);
    if (!fields.problem.empty() || fields.duplicate()) {
        into.problem = "it is not the form expected: ";
        into.problem += fields.problem.empty() ? "a field stands twice" : fields.problem;
        return;
    }
    auto& object = into.value.emplace_object();
    for (const auto& each : fields.all) {
        object.emplace(each.name, each.value);
    }
}

}  // namespace

reply_body read_body(reply_format format, std::string_view body, std::size_t max_json_depth) {
    reply_body read;
    read.text = trimmed(body);
    if (read.text.empty()) {
        return read;
    }
    switch (format) {
        case reply_format::json:
            read_json(read, max_json_depth);
            break;
        case reply_format::form:
            read_form(read);
            break;
        case reply_format::json_or_form:
            looks_like_json(read.text) ? read_json(read, max_json_depth) : read_form(read);
            break;
        case reply_format::text:
            read.value.emplace_string() = read.text;
            break;
        case reply_format::none:
            break;
    }
    return read;
}

}  // namespace coauth::provider
