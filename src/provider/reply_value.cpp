#include "provider/reply_value.hpp"

#include "provider/reply_members.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace coauth::provider {
namespace {

namespace json = boost::json;

json::object to_object(const reply_members& members, const json::storage_ptr& memory) {
    json::object made(memory);
    for (const auto& [name, value] : members) {
        made.emplace(name, to_json(value, memory));
    }
    return made;
}

}  // namespace

reply_value::reply_value(const json::value& value) noexcept {
    switch (value.kind()) {
        case json::kind::null:
            break;
        case json::kind::bool_:
            is_ = value.get_bool();
            break;
        case json::kind::int64:
            is_ = value.get_int64();
            break;
        case json::kind::uint64:
            is_ = value.get_uint64();
            break;
        case json::kind::double_:
            is_ = value.get_double();
            break;
        case json::kind::string:
            is_ = std::string_view(value.get_string());
            break;
        default:
            is_ = &value;
    }
}

bool is_empty(const reply_value& value) noexcept {
    if (const auto* nested = value.json()) {
        return nested->is_array() ? nested->get_array().empty() : nested->get_object().empty();
    }
    if (const auto* members = value.members()) {
        return members->empty();
    }
    const auto* text = value.get_if<std::string_view>();
    return !value || (text && text->empty());
}

std::optional<std::string> text_of(const reply_value& value) {
    if (const auto* text = value.get_if<std::string_view>()) {
        return text->empty() ? std::nullopt : std::optional<std::string>(*text);
    }
    if (const auto* number = value.get_if<std::int64_t>()) {
        return std::to_string(*number);
    }
    if (const auto* number = value.get_if<std::uint64_t>()) {
        return std::to_string(*number);
    }
    return std::nullopt;
}

json::value to_json(const reply_value& value, json::storage_ptr memory) {
    if (const auto* members = value.members()) {
        return to_object(*members, memory);
    }
    if (const auto* built = value.json()) {
        return json::value(*built, std::move(memory));
    }
    if (const auto* text = value.get_if<std::string_view>()) {
        return json::value(*text, std::move(memory));
    }
    if (const auto* number = value.get_if<std::int64_t>()) {
        return json::value(*number, std::move(memory));
    }
    if (const auto* number = value.get_if<std::uint64_t>()) {
        return json::value(*number, std::move(memory));
    }
    if (const auto* number = value.get_if<double>()) {
        return json::value(*number, std::move(memory));
    }
    if (const auto* truth = value.get_if<bool>()) {
        return json::value(*truth, std::move(memory));
    }
    return json::value(std::move(memory));
}

}  // namespace coauth::provider
