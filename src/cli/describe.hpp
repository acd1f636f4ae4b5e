#pragma once

#include <coauth/provider/identity.hpp>
#include <coauth/provider/profile.hpp>

#include <boost/json/object.hpp>

namespace coauth::cli {

// What commands print. A member that the provider did not tell is left out.

[[nodiscard]] boost::json::object to_json(const identity& who);
[[nodiscard]] boost::json::object to_json(const validation& answer);

/// What a user of the program needs to know of a provider: operations with their arguments, and the variables for
/// client id and secret.
[[nodiscard]] boost::json::object to_json(const provider::profile& what);

}  // namespace coauth::cli
