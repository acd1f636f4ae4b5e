#include "provider/reply_members.hpp"

namespace coauth::provider {

std::size_t reply_members::place_among_many(std::string_view name) const noexcept {
    const auto found = places_.find(name);
    return found != places_.end() ? found->second : all_.size();
}

bool reply_members::set(std::string_view name, const reply_value& value) {
    if (const std::size_t place = place_of(name); place != all_.size()) {
        all_[place].value = value;
        return false;
    }
    all_.push_back({name, value});
    looks_ |= look_of(name);
    if (all_.size() > usual_number) {
        for (std::size_t at = places_.size(); at != all_.size(); ++at) {
            places_.emplace(all_[at].name, at);
        }
    }
    return true;
}

}  // namespace coauth::provider
