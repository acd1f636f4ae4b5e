#pragma once

#include <span>
#include <string_view>

namespace coauth::provider {

/// A profile that is compiled in.
struct builtin_profile {
    std::string_view name;
    std::string_view json;
};

/// All of them, in alphabetical order.
[[nodiscard]] std::span<const builtin_profile> builtin_profiles() noexcept;

}  // namespace coauth::provider
