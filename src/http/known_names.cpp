#include "http/known_names.hpp"

#include <utility>

namespace coauth::http {

known_names::known_names(std::shared_ptr<const clock> time, std::chrono::milliseconds lifetime)
    : clock_{std::move(time)}, lifetime_{lifetime} {}

known_names::addresses known_names::find(const std::string& host) {
    const clock::steady_time now = clock_->steady_now();
    const std::scoped_lock lock{mutex_};
    const auto known = names_.find(host);
    return known != names_.end() && now < known->second.until ? known->second.found : addresses{};
}

void known_names::keep(const std::string& host, const addresses& found) {
    const clock::steady_time now = clock_->steady_now();
    const std::scoped_lock lock{mutex_};
    if (names_.size() >= most) {
        boost::unordered::erase_if(names_, [&](const auto& each) { return each.second.until <= now; });
    }
    if (names_.size() < most) {
        names_.insert_or_assign(host, entry{found, now + lifetime_});
    }
}

void known_names::forget(const std::string& host) {
    const std::scoped_lock lock{mutex_};
    names_.erase(host);
}

}  // namespace coauth::http
