#include "provider/profile_data.hpp"
#include "provider/template_url.hpp"

#include <coauth/provider/profile.hpp>

#include <algorithm>

namespace coauth::provider {

const operation_rules* profile_data::find(std::string_view operation) const noexcept {
    const auto found = std::find_if(operations.begin(), operations.end(),
                                    [&](const operation_rules& each) { return each.name == operation; });
    return found == operations.end() ? nullptr : &*found;
}

profile::profile(std::shared_ptr<const profile_data> data) noexcept : data_(std::move(data)) {}

const std::string& profile::name() const noexcept {
    return data_->name;
}

const std::string& profile::title() const noexcept {
    return data_->title;
}

bool profile::has(std::string_view operation) const noexcept {
    return data_->find(operation) != nullptr;
}

std::vector<std::string> profile::operations() const {
    std::vector<std::string> names;
    for (const auto& each : data_->operations) {
        names.push_back(each.name);
    }
    return names;
}

std::vector<std::string> profile::arguments(std::string_view operation) const {
    const auto* rules = data_->find(operation);
    return rules ? rules->arguments : std::vector<std::string>{};
}

provider::binding profile::binding() const noexcept {
    return data_->callback.binding;
}

provider::rotation profile::rotation() const noexcept {
    return data_->rotation;
}

bool profile::callback_in_fragment() const noexcept {
    return data_->callback.carrier == callback_carrier::fragment;
}

bool profile::callback_in_form() const noexcept {
    return data_->callback.carrier == callback_carrier::form;
}

std::optional<std::chrono::seconds> profile::expiring_threshold() const noexcept {
    return data_->expiring_threshold;
}

std::optional<std::chrono::seconds> profile::least_refresh_interval() const noexcept {
    return data_->least_refresh_interval;
}

const std::vector<std::string>& profile::client_id_variables() const noexcept {
    return data_->client_id_variables;
}

const std::vector<std::string>& profile::client_secret_variables() const noexcept {
    return data_->client_secret_variables;
}

std::vector<std::string> profile::hosts() const {
    std::vector<std::string> hosts;
    for (const auto& each : data_->operations) {
        auto host = host_of(each.url);
        if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) {
            hosts.push_back(std::move(host));
        }
    }
    return hosts;
}

}  // namespace coauth::provider
