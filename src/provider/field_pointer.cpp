#include "provider/field_pointer.hpp"

#include "provider/reply_members.hpp"

#include <boost/json/object.hpp>

#include <algorithm>

namespace coauth::provider {
namespace {

/// Whether a step of a pointer leads to the member of that name: it has "~0" for a "~", and "~1" for a "/".
bool leads_to(std::string_view step, std::string_view name) noexcept {
    for (const char& c : name) {
        const std::string_view written = c == '~' ? "~0" : c == '/' ? "~1" : std::string_view(&c, 1);
        if (!step.starts_with(written)) {
            return false;
        }
        step.remove_prefix(written.size());
    }
    return step.empty();
}

}  // namespace

const boost::json::value* field_pointer::find_in(const boost::json::value& reply) const noexcept {
    const auto* object = is_path_ ? nullptr : reply.if_object();
    boost::json::error_code none;
    const auto* found = object ? object->if_contains(name()) : reply.find_pointer(text_, none);
    return found && !found->is_null() ? found : nullptr;
}

reply_value field_pointer::find_in(const reply_value& reply) const {
    if (empty()) {
        return reply;
    }
    if (const auto* members = reply.members()) {
        if (is_path_) {
            return follow_path(*members);
        }
        const auto* found = members->find(name());
        return found ? *found : reply_value();
    }
    const auto* built = reply.json();
    return built ? find_in(*built) : nullptr;
}

reply_value field_pointer::follow_path(const reply_members& members) const {
    const auto step = name().substr(0, name().find('/'));
    const auto first =
        std::find_if(members.begin(), members.end(), [step](const auto& each) { return leads_to(step, each.name); });
    if (first == members.end()) {
        return {};
    }
    return field_pointer(text_.substr(1 + step.size())).find_in(first->value);
}

}  // namespace coauth::provider
