#include "provider/request_body.hpp"

#include "provider/secret_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <utility>

namespace coauth::provider {
namespace {

namespace json = boost::json;

std::optional<failure> write_form(const operation_rules& operation, const placeholder_values& values,
                                  std::string& into) {
    const std::size_t begin = into.size();
    for (const template_text& each : operation.form_as_sent) {
        const std::size_t before = into.size();
        append_secret(into, before == begin ? "" : "&");
        const auto written = each.append_to(into, values, escape::form);
        if (!written) {
            return written.error();
        }
        if (!*written) {
            into.resize(before);
        }
    }
    return std::nullopt;
}

/// Writes JSON whose texts are templates straight into the body, so that no value of it holds a secret.
class json_writer {
public:
    json_writer(const operation_rules& operation, const placeholder_values& values, std::string& into)
        : operation_(operation), values_(values), into_(into) {}

    [[nodiscard]] std::optional<failure> write(const json::value& value) {
        static_cast<void>(write_value(value));
        return std::move(failure_);
    }

private:
    /// False, with nothing written, where an optional placeholder has no value.
    bool write_value(const json::value& value) {
        if (const auto* text = value.if_string()) {
            return write_text(*text);
        }
        if (const auto* object = value.if_object()) {
            write_object(*object);
        } else if (const auto* array = value.if_array()) {
            write_array(*array);
        } else {
            append_secret(into_, json::serialize(value));
        }
        return true;
    }

    void write_object(const json::object& object) {
        append_secret(into_, "{");
        bool first = true;
        for (const auto& member : object) {
            const std::size_t before = into_.size();
            append_secret(into_, first ? "" : ",");
            append_secret(into_, "\"");
            append_json_escaped(into_, member.key());
            append_secret(into_, "\":");
            keep_or_take_back(before, write_value(member.value()), first);
        }
        append_secret(into_, "}");
    }

    void write_array(const json::array& array) {
        append_secret(into_, "[");
        bool first = true;
        for (const auto& each : array) {
            const std::size_t before = into_.size();
            append_secret(into_, first ? "" : ",");
            keep_or_take_back(before, write_value(each), first);
        }
        append_secret(into_, "]");
    }

    /// What was written since `before` stays if its value has been written.
    void keep_or_take_back(std::size_t before, bool has_value, bool& first) {
        if (has_value) {
            first = false;
        } else {
            into_.resize(before);
        }
    }

    bool write_text(std::string_view source) {
        const auto known = std::find_if(operation_.json_templates.begin(), operation_.json_templates.end(),
                                        [&](const auto& each) { return each.first == source; });
        const std::size_t before = into_.size();
        append_secret(into_, "\"");
        const auto written = known->second.append_to(into_, values_, escape::json, escape::json);
        if (!written) {
            failure_ = failure_ ? std::move(failure_) : written.error();
        }
        if (!written || !*written) {
            into_.resize(before);
            return false;
        }
        append_secret(into_, "\"");
        return true;
    }

    const operation_rules& operation_;
    const placeholder_values& values_;
    std::string& into_;
    std::optional<failure> failure_;
};

}  // namespace

std::optional<failure> write_body(const operation_rules& operation, const placeholder_values& values,
                                  std::string& into) {
    switch (operation.body) {
        case operation_rules::body_kind::form:
            return write_form(operation, values, into);
        case operation_rules::body_kind::json:
            return json_writer(operation, values, into).write(operation.json);
        default:
            return std::nullopt;
    }
}

}  // namespace coauth::provider
