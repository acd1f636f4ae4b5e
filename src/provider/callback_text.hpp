#pragma once

#include "provider/profile_data.hpp"

#include <string_view>

namespace coauth::provider {

/// The part of what came back that holds the parameters: a URL's query or fragment, or the whole where it is a query,
/// a fragment or a form body on its own. White space and quotes around it, as pasting leaves them, are no part of it.
[[nodiscard]] std::string_view parameters_of_callback(std::string_view callback, callback_carrier carrier) noexcept;

}  // namespace coauth::provider
