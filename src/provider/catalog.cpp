#include "provider/builtin_profiles.hpp"

#include <coauth/core/error.hpp>
#include <coauth/provider/catalog.hpp>

#include <string>

namespace coauth::provider {
namespace {

std::string joined_names() {
    std::string text;
    for (const auto& each : builtin_profiles()) {
        text += (text.empty() ? "" : ", ") + std::string(each.name);
    }
    return text;
}

}  // namespace

profile builtin(std::string_view name) {
    return load(builtin_json(name), std::string(name) + ".json");
}

std::vector<std::string_view> builtin_names() {
    std::vector<std::string_view> names;
    for (const auto& each : builtin_profiles()) {
        names.push_back(each.name);
    }
    return names;
}

std::string_view builtin_json(std::string_view name) {
    for (const auto& each : builtin_profiles()) {
        if (each.name == name) {
            return each.json;
        }
    }
    failure what;
    what.code = errc::unknown_provider;
    what.detail = "\"" + printable(name, 64) + "\"; there are " + joined_names() +
                  ", and a profile of your own can be loaded from its file";
    throw error(std::move(what));
}

}  // namespace coauth::provider
