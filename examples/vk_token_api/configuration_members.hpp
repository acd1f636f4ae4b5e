#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace vk_token_api {

/// The members of one object of the configuration, taken one by one; what is left at the end is a mistake. Throws
/// `configuration_error`.
class configuration_members {
public:
    configuration_members(boost::json::object members, std::string where);

    [[nodiscard]] bool has(std::string_view name) const noexcept { return left_.contains(name); }
    [[nodiscard]] std::string text(std::string_view name, std::string_view otherwise);
    [[nodiscard]] std::uint16_t port(std::string_view name, std::uint16_t otherwise);

    /// An object within; an empty one if it is not there.
    [[nodiscard]] configuration_members inner(std::string_view name);

    void finish() const;

private:
    [[noreturn]] void wrong(std::string_view name, const char* wanted) const;

    boost::json::object left_;
    std::string where_;
};

/// A port in decimal digits; `name` is what the error calls it.
[[nodiscard]] std::uint16_t read_port(std::string_view digits, const std::string& name);

}  // namespace vk_token_api
