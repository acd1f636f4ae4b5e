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

void read_json(std::size_t max_depth, reply_body& into) {
    auto findings = into.what_for == reply_body::purpose::look_at
                        ? look_at_reply_json(into.text, max_depth, into.value, into.members)
                        : read_reply_json(into.text, max_depth, into.value);
    into.is_json = findings.problem.empty();
    if (!into.is_json) {
        into.problem = "it is not the JSON expected: " + findings.problem;
    }
    into.repeated = std::move(findings.repeated);
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

void read_body(reply_format format, std::string_view body, std::size_t max_json_depth, reply_body& into) {
    into.text = trimmed(body);
    if (into.text.empty()) {
        return;
    }
    switch (format) {
        case reply_format::json:
            return read_json(max_json_depth, into);
        case reply_format::form:
            return read_form(into);
        case reply_format::json_or_form:
            return looks_like_json(into.text) ? read_json(max_json_depth, into) : read_form(into);
        case reply_format::text:
            into.value.emplace_string() = into.text;
            return;
        case reply_format::none:
            return;
    }
}

}  // namespace coauth::provider
