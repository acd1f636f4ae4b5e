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
    request_placeholders(const profile_data& what, const request_values& values) : what_(what), values_(values) {}
    request_placeholders(const request_placeholders&) = delete;
    request_placeholders& operator=(const request_placeholders&) = delete;
    ~request_placeholders();

    /// The value, valid as long as this object and the values it was made of.
    [[nodiscard]] std::optional<std::string_view> find(const value_name& which);

private:
    using value = std::optional<std::string_view>;

    value find_redirect_uri() const;
    value find_scope();
    value find_token_field(std::string_view name);
    value keep(std::string text);

    const profile_data& what_;
    const request_values& values_;
    std::list<std::string> made_;  // values that had to be put together; their addresses stay
};

}  // namespace coauth::provider
