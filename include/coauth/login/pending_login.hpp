#pragma once

#include <coauth/http/awaitable.hpp>
#include <coauth/login/login_session.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace coauth {

namespace login {
class broker_core;
struct attempt;
}  // namespace login

/// A login that has begun. Letting go of it changes nothing: the login can be completed all the same, and the handler
/// of the callback gets its session. Moving only. Threads: any, but not at once.
class pending_login {
public:
    pending_login(pending_login&&) noexcept;             ///< The moved-from one may only be assigned to, or die.
    pending_login& operator=(pending_login&&) noexcept;  ///< Lets go of the login there was.
    ~pending_login();

    /// Where the browser goes. It must take the cookies along, so send it there from an answer of one's own: a redirect
    /// with `set_cookies`. Whoever only has the address cannot complete the login.
    [[nodiscard]] const std::string& url() const noexcept { return url_; }

    /// A `Set-Cookie` header each; the first is this login's.
    [[nodiscard]] const std::vector<std::string>& set_cookies() const noexcept { return set_cookies_; }

    /// This login's cookie as it comes back in a `Cookie` header, "name=value": for clients that are no browser.
    [[nodiscard]] std::string cookie() const;

    /// The session, once the callback has come and everything after it is done. Also after that, any number of times,
    /// and for several callers at once.
    ///
    /// Throws `coauth::error`: `errc::timeout` when the deadline has passed, the login goes on; `errc::login_expired`
    /// when its lifetime has; `errc::login_displaced` where it had to make room; `errc::login_abandoned`;
    /// `errc::access_denied` and the provider's other refusals; what exchange, userinfo and the cache throw;
    /// `errc::shut_down`. A callback that is refused is none of these: the login goes on.
    ///
    /// Cancellation (terminal, partial or total) ends the caller's waiting with `errc::cancelled`, and nothing else.
    /// Threads: any; the caller resumes on its own executor. A login that another process completes (sealed) is not
    /// heard of here. The awaitable needs this handle no more: where very many wait, let go of it, for it keeps the URL
    /// and the cookies, 400 to 700 bytes.
    [[nodiscard]] awaitable<login_session_ptr> completed() const;

    /// The same with a limit of its own, in the place of `login_options::wait_timeout`.
    [[nodiscard]] awaitable<login_session_ptr> completed(std::chrono::milliseconds deadline) const;

    /// Gives the login up: its callback is refused from now on, and whoever waits gets `errc::login_abandoned`. A login
    /// whose callback has come already goes on. Sealed, it is remembered as long as a completed one.
    void abandon();

private:
    friend class login::broker_core;
    pending_login(std::shared_ptr<login::broker_core> core, std::shared_ptr<login::attempt> which, std::string url,
                  std::vector<std::string> set_cookies) noexcept;

    std::shared_ptr<login::broker_core> core_;
    std::shared_ptr<login::attempt> which_;
    std::string url_;
    std::vector<std::string> set_cookies_;
};

}  // namespace coauth
