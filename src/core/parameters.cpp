#include <coauth/core/parameters.hpp>

#include <algorithm>

namespace coauth {

parameters::parameters(parameter a, parameter b, parameter c, parameter d, parameter e, parameter f, parameter g,
                       parameter h) {
    for (parameter* each : {&a, &b, &c, &d, &e, &f, &g, &h}) {
        if (!each->name.empty()) {
            add(std::move(each->name), std::move(each->value));
        }
    }
}

parameters& parameters::add(std::string name, std::string value) {
    const auto found =
        std::find_if(values_.begin(), values_.end(), [&](const parameter& each) { return each.name == name; });
    if (found != values_.end()) {
        found->value = std::move(value);
    } else {
        values_.emplace_back(std::move(name), std::move(value));
    }
    return *this;
}

const std::string* parameters::find(std::string_view name) const noexcept {
    const auto found =
        std::find_if(values_.begin(), values_.end(), [&](const parameter& each) { return each.name == name; });
    return found == values_.end() ? nullptr : &found->value;
}

}  // namespace coauth
