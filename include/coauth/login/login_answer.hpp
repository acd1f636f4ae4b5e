#pragma once

#include <coauth/core/error.hpp>
#include <coauth/login/login_session.hpp>

#include <optional>
#include <string>
#include <vector>

namespace coauth {

/// What the handler of the redirect URI answers to the browser.
struct login_answer {
    login_answer() = default;

    /// 303 where the login is complete; 400 for a callback that belongs to no login of this browser; 403 where the
    /// user or the provider said no; 502, 503 or 504 where the provider failed, is overloaded or did not answer.
    unsigned status = 0;

    std::string location;  ///< For 303: the login's `return_to`.
    std::vector<std::string>
        set_cookies;   ///< A `Set-Cookie` header each: a login that has ended takes its cookie along.
    std::string text;  ///< One line for the user where it is no 303. Plain text: escape it before HTML.

    login_session_ptr session;   ///< Null unless the login is complete.
    std::optional<failure> why;  ///< For logs and metrics, where it is not.
};

}  // namespace coauth
