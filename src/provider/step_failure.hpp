#pragma once

#include <coauth/core/error.hpp>
#include <coauth/provider/profile.hpp>

#include <string>
#include <string_view>

namespace coauth::provider {

/// A failure of one step at one provider; `detail` says in our words what happened or what to do.
[[nodiscard]] failure step_failure(const profile_data& what, std::string_view step, errc code, std::string detail);

/// That the provider has no such operation: the profile's reason, or the operations there are.
[[nodiscard]] failure unsupported(const profile_data& what, std::string_view operation);

/// What usually mends a refusal of this kind; empty where nothing general can be said.
[[nodiscard]] std::string_view advice_for(errc code) noexcept;

}  // namespace coauth::provider
