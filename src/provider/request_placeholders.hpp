#pragma once

#include "provider/profile_data.hpp"

#include <coauth/provider/request.hpp>

#include <list>
#include <optional>
#include <string>
#include <string_view>

namespace coauth::provider {

/// Finds the values of an operation's placeholders. An empty value is none.
class request_placeholders {
public:
    request_placeholders(const profile_data& what, const operation_rules& operation, const request_values& values)
        : what_(what), operation_(operation), values_(values) {}
    request_placeholders(const request_placeholders&) = delete;
    request_placeholders& operator=(const request_placeholders&) = delete;
    ~request_placeholders();

    /// The value, valid as long as this object and the values it was made of.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name);

private:
    using value = std::optional<std::string_view>;

    value find_argument(std::string_view name) const;
    value find_ours(std::string_view name);
    value find_of_grant(std::string_view name);
    value find_of_token(std::string_view name);
    value find_extra(std::string_view name);
    value keep(std::string text);

    const profile_data& what_;
    const operation_rules& operation_;
    const request_values& values_;
    std::list<std::string> made_;  // values that had to be put together; their addresses stay
};

/// The name of an argument without the "?" that marks an optional one.
[[nodiscard]] std::string_view argument_name(std::string_view declared) noexcept;

}  // namespace coauth::provider
