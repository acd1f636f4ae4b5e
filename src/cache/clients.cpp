#include "cache/clients.hpp"

#include "cache/cache_failure.hpp"

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace coauth::cache {

clients::clients(const cache_options& options)
    : expiring_threshold_{options.expiring_threshold},
      refresh_timeout_{options.refresh_timeout},
      limits_{options.max_refreshes_per_provider, options.circuit_failures, options.circuit_pause} {}

void clients::serve(client served) {
    const provider::profile& what = served.profile();
    const std::string& provider = what.name();
    const std::string& client_id = served.client_id();
    const std::unique_lock lock{mutex_};
    auto& gate = gates_[provider];
    if (!gate) {
        gate = std::make_shared<provider_gate>(provider, limits_);
    }
    if (!served_.contains(name_view{provider, client_id})) {
        all_defaults_.push_back(defaults_with(provider, client_id));
        defaults_.store(all_defaults_.back().get(), std::memory_order_release);
    }
    const schedule_rules rules{what.has("refresh"), what.least_refresh_interval(),
                               what.expiring_threshold().value_or(expiring_threshold_)};
    served_[{provider, client_id}] =
        std::make_shared<const served_client>(served_client{served.with_timeout(refresh_timeout_), rules, gate});
    epoch_.fetch_add(1, std::memory_order_release);
}

std::unique_ptr<const clients::defaults> clients::defaults_with(const std::string& provider,
                                                                const std::string& client_id) const {
    const defaults* now = defaults_.load(std::memory_order_relaxed);
    auto next = now != nullptr ? std::make_unique<defaults>(*now) : std::make_unique<defaults>();
    const auto known = std::find_if(next->items.begin(), next->items.end(),
                                    [&](const defaults::item& each) { return each.provider == provider; });
    if (known == next->items.end()) {
        next->items.push_back({provider, client_id});
    } else {
        known->several = true;
    }
    return next;
}

std::shared_ptr<const served_client> clients::find(std::string_view provider, std::string_view client_id) const {
    const std::shared_lock lock{mutex_};
    const auto found = served_.find(name_view{provider, client_id});
    return found == served_.end() ? nullptr : found->second;
}

const clients::defaults::item* clients::default_of(std::string_view provider) const noexcept {
    const defaults* known = defaults_.load(std::memory_order_acquire);
    if (known == nullptr) {
        return nullptr;
    }
    const auto found = std::find_if(known->items.begin(), known->items.end(),
                                    [&](const defaults::item& each) { return each.provider == provider; });
    return found == known->items.end() ? nullptr : &*found;
}

bool clients::complete(key_view& key) const noexcept {
    if (!key.client_id.empty()) {
        return true;
    }
    const defaults::item* only = default_of(key.provider);
    if (only == nullptr || only->several) {
        return false;
    }
    key.client_id = only->client_id;
    return true;
}

failure clients::incomplete(const token_key& key) const {
    return cache_failure(errc::invalid_argument, "token", key,
                         default_of(key.provider()) != nullptr
                             ? "several clients of this provider are served: give the key a client id"
                             : "no client of this provider is served: call token_cache::serve first");
}

std::vector<std::shared_ptr<provider_gate>> clients::gates() const {
    std::vector<std::shared_ptr<provider_gate>> all;
    const std::shared_lock lock{mutex_};
    all.reserve(gates_.size());
    for (const auto& [provider, gate] : gates_) {
        all.push_back(gate);
    }
    return all;
}

}  // namespace coauth::cache
