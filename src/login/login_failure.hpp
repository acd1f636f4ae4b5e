#pragma once

#include <coauth/core/error.hpp>

#include <string>
#include <utility>

namespace coauth::login {

/// A failure that came neither from the provider nor from the cache. `step`: "begin", "callback" or "login".
/// `provider`: its name; empty where no login is known.
[[nodiscard]] inline failure login_failure(errc code, std::string step, std::string provider, std::string detail) {
    failure why;
    why.code = code;
    why.step = std::move(step);
    why.provider = std::move(provider);
    why.detail = std::move(detail);
    return why;
}

}  // namespace coauth::login
