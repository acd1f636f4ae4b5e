#include "provider/field_pointer.hpp"

#include <boost/json/object.hpp>

namespace coauth::provider {

const boost::json::value* field_pointer::find_in(const boost::json::value& reply) const noexcept {
    const boost::json::value* found = nullptr;
    if (is_path_) {
        boost::json::error_code none;
        found = reply.find_pointer(text_, none);
    } else if (const auto* object = reply.if_object()) {
        found = object->if_contains(name());
    }
    return found && !found->is_null() ? found : nullptr;
}

}  // namespace coauth::provider
