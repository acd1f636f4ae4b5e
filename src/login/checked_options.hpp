#pragma once

#include <coauth/login/login_options.hpp>

namespace coauth::login {

/// The options with a clock and a random source. Throws `errc::invalid_argument` for those that make no sense.
[[nodiscard]] login_options checked_options(login_options given);
void check(const kept_logins& how);
void check(const sealed_logins& how);

/// Throws `errc::invalid_argument` for options of one login that make no sense.
void check(const begin_options& options);

}  // namespace coauth::login
