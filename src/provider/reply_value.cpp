#include "provider/reply_value.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace coauth::provider {

const boost::json::value* find_at(const boost::json::value& in, std::string_view at) noexcept {
    const boost::json::value* found = nullptr;
    const std::string_view name = at.substr(at.starts_with('/') ? 1 : 0);
    const auto has = [&](char c) { return name.find(c) != name.npos; };
    const bool is_path = at.empty() || (at.size() != name.size() && (has('/') || has('~')));
    if (is_path) {
        boost::json::error_code none;
        found = in.find_pointer({at.data(), at.size()}, none);
    } else if (const auto* object = in.if_object()) {
        found = object->if_contains({name.data(), name.size()});
    }
    return found && !found->is_null() ? found : nullptr;
}

std::optional<std::string> text_of(const boost::json::value* value) {
    if (!value) {
        return std::nullopt;
    }
    switch (value->kind()) {
        case boost::json::kind::string:
            return value->get_string().empty() ? std::nullopt
                                               : std::optional<std::string>(std::string_view(value->get_string()));
        case boost::json::kind::int64:
            return std::to_string(value->get_int64());
        case boost::json::kind::uint64:
            return std::to_string(value->get_uint64());
        default:
            return std::nullopt;
    }
}

}  // namespace coauth::provider
