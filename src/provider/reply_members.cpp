#include "provider/reply_members.hpp"

namespace coauth::provider {

const reply_value* reply_members::find_among_many(std::string_view name) const noexcept {
    const auto found = places_.find(name);
    return found != places_.end() ? &all_[found->second].value : nullptr;
}

bool reply_members::set(std::string_view name, const reply_value& value) {
    if (const auto* found = find(name)) {
        const_cast<reply_value&>(*found) = value;  // one of `all_`
        return false;
    }
    all_.push_back({name, value});
    if (all_.size() > usual_number) {
        for (std::size_t at = places_.size(); at != all_.size(); ++at) {
            places_.emplace(all_[at].name, at);
        }
    }
    return true;
}

}  // namespace coauth::provider
