#include "configuration_members.hpp"

#include "configuration.hpp"

#include <coauth/core/port.hpp>

#include <limits>
#include <utility>

namespace vk_token_api {

configuration_members::configuration_members(boost::json::object members, std::string where)
    : left_(std::move(members)), where_(std::move(where)) {}

std::string configuration_members::text(std::string_view name, std::string_view otherwise) {
    const auto found = left_.find(name);
    if (found == left_.end()) {
        return std::string(otherwise);
    }
    if (!found->value().is_string()) {
        wrong(name, "a string");
    }
    std::string taken(found->value().get_string());
    left_.erase(found);
    return taken;
}

std::uint16_t configuration_members::port(std::string_view name, std::uint16_t otherwise) {
    const auto found = left_.find(name);
    if (found == left_.end()) {
        return otherwise;
    }
    const std::int64_t number = found->value().is_int64() ? found->value().get_int64() : -1;
    if (number < 0 || number > std::numeric_limits<std::uint16_t>::max()) {
        wrong(name, "a port");
    }
    left_.erase(found);
    return static_cast<std::uint16_t>(number);
}

configuration_members configuration_members::inner(std::string_view name) {
    std::string where = "\"" + std::string(name) + "\" of " + where_;
    const auto found = left_.find(name);
    if (found == left_.end()) {
        return {{}, std::move(where)};
    }
    if (!found->value().is_object()) {
        wrong(name, "an object");
    }
    boost::json::object taken = std::move(found->value().get_object());
    left_.erase(found);
    return {std::move(taken), std::move(where)};
}

void configuration_members::finish() const {
    if (!left_.empty()) {
        throw configuration_error("\"" + std::string(left_.begin()->key()) + "\" is no member of " + where_);
    }
}

void configuration_members::wrong(std::string_view name, const char* wanted) const {
    throw configuration_error("\"" + std::string(name) + "\" in " + where_ + " is not " + wanted);
}

std::uint16_t read_port(std::string_view digits, const std::string& name) {
    const auto port = coauth::parse_port(digits);
    if (!port) {
        throw configuration_error(name + " is not a port");
    }
    return *port;
}

}  // namespace vk_token_api
