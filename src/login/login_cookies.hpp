#pragma once

#include "login/attempt.hpp"

#include <coauth/login/login_options.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace coauth::login {

/// A login's cookie as a browser sent it.
struct login_cookie {
    std::string_view id;
    std::string_view value;
};

/// How the cookies of a broker are called and written (RFC 6265, sections 4.1 and 4.2). Each login has one of its own,
/// so that logins in several tabs do not overwrite each other's.
class login_cookies {
public:
    explicit login_cookies(const login_options& options);

    /// `cross_site`: the callback is a form that the provider's page posts, which takes no `SameSite=Lax` cookie along.
    [[nodiscard]] std::string set(std::string_view id, std::string_view value, bool cross_site) const;
    [[nodiscard]] std::string clear(std::string_view id) const;

    /// Those of a `Cookie` header that are a login's. A name may stand there several times.
    [[nodiscard]] std::vector<login_cookie> read(std::string_view header) const;

private:
    std::string prefix_;
    std::string attributes_;
    std::chrono::seconds lifetime_;
};

}  // namespace coauth::login
