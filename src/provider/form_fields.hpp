#pragma once

#include <coauth/core/parameters.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace coauth::provider {

/// The fields of an `application/x-www-form-urlencoded` text, decoded, in their order, with every repetition.
struct form_fields {
    std::vector<parameter> all;
    std::string_view problem;  ///< Why it cannot be read; empty where it can.

    /// The name that stands twice, or null.
    [[nodiscard]] const std::string* duplicate() const noexcept;
};

/// Reads a query, a fragment or a form body of at most 64 KiB and 100 fields.
[[nodiscard]] form_fields parse_form(std::string_view text);

}  // namespace coauth::provider
