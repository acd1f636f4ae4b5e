#include "provider/field_pointer.hpp"

#include <boost/json/object.hpp>

namespace coauth::provider {

const boost::json::value* field_pointer::find_in(const boost::json::value& reply) const noexcept {
    const auto* object = is_path_ ? nullptr : reply.if_object();
    boost::json::error_code none;
    const auto* found = object ? object->if_contains(name()) : reply.find_pointer(text_, none);
    return found && !found->is_null() ? found : nullptr;
}

}  // namespace coauth::provider
