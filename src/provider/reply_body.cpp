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

/// Made and not assigned: the value keeps the memory in which it was read.
reply_body read_json(std::string_view text, std::size_t max_depth, boost::json::storage_ptr memory) {
    auto parsed = parse_reply_json(text, max_depth, std::move(memory));
    std::string problem = parsed.problem.empty() ? std::string{} : "it is not the JSON expected: " + parsed.problem;
    return {text, std::move(parsed.value), std::move(problem), std::move(parsed.repeated), parsed.problem.empty()};
}

reply_body read_form(std::string_view text) {
    reply_body read{text, {}, {}, {}};
    if (looks_like_json(text)) {
        read.problem = "it is JSON and not the form expected";
        return read;
    }
    const auto fields = parse_form(text);
    if (!fields.problem.empty() || fields.duplicate()) {
        read.problem = "it is not the form expected: ";
        read.problem += fields.problem.empty() ? "a field stands twice" : fields.problem;
        return read;
    }
    auto& object = read.value.emplace_object();
    for (const auto& each : fields.all) {
        object.emplace(each.name, each.value);
    }
    return read;
}

}  // namespace

reply_body read_body(reply_format format, std::string_view body, std::size_t max_json_depth,
                     boost::json::storage_ptr memory) {
    const std::string_view text = trimmed(body);
    if (text.empty()) {
        return {text, {}, {}, {}};
    }
    switch (format) {
        case reply_format::json:
            return read_json(text, max_json_depth, std::move(memory));
        case reply_format::form:
            return read_form(text);
        case reply_format::json_or_form:
            return looks_like_json(text) ? read_json(text, max_json_depth, std::move(memory)) : read_form(text);
        case reply_format::text:
            return {text, boost::json::string{text}, {}, {}};
        case reply_format::none:
            break;
    }
    return {text, {}, {}, {}};
}

}  // namespace coauth::provider
