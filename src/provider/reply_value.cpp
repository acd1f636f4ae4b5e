#include "provider/reply_value.hpp"

#include <boost/json/string.hpp>

namespace coauth::provider {

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
