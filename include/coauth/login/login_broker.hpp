#pragma once

#include <coauth/flow/client.hpp>
#include <coauth/http/awaitable.hpp>
#include <coauth/login/login_answer.hpp>
#include <coauth/login/login_options.hpp>
#include <coauth/login/login_session.hpp>
#include <coauth/login/pending_login.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace coauth {

/// What a broker has under way, and has done.
struct login_statistics {
    std::size_t under_way = 0;    ///< Begun, and neither ended nor expired (sealed: those that this process holds).
    std::size_t completing = 0;   ///< Of these, whose callback has come.
    std::size_t waiting = 0;      ///< Callers of `completed`, `complete` and `close`.
    std::uint64_t begun = 0;      ///< All that follow count up.
    std::uint64_t completed = 0;  ///< Logins that brought a session.
    std::uint64_t denied = 0;     ///< Those that the user or the provider refused.
    std::uint64_t failed = 0;     ///< Those that ended otherwise after their callback.
    std::uint64_t expired = 0;    ///< Those whose callback never came (kept).
    std::uint64_t displaced = 0;  ///< Those that made room for others (kept).
    std::uint64_t abandoned = 0;  ///< Those that were given up.
    std::uint64_t refused = 0;    ///< Callbacks that belong to no login of their browser.
};

/// Logins under way: each is begun, its browser is sent to the provider, and it is awaited until the callback comes.
///
/// A login is bound to the browser that began it by a cookie of its own, so that logins in several tabs do not disturb
/// each other, and a callback is taken only with that cookie, only at the redirect URI of its provider, and only once.
/// Where the provider echoes `state`, it finds the login; where the profile says that it echoes nothing (Hikka,
/// Hitbox), the cookie alone does: the newest of that browser's logins at that provider. What is checked against which
/// attack stands in docs/security.md (RFC 9700, sections 2.1, 4.4, 4.5, 4.7).
///
/// Every provider has a redirect URI of its own, with a path of its own: a client whose redirect URI's path is taken by
/// another provider is refused.
///
/// Threads: any, any strand; a caller resumes on its own executor. Lifetime: the transports of the clients and the
/// cache outlive what was begun with them: await `close`, or stop the executor's threads, before they die.
class login_broker {
public:
    /// Works on `where`; a context that many threads run is fine. Throws `errc::invalid_argument` for options that make
    /// no sense.
    explicit login_broker(executor where, login_options options = {});

    /// The same, with a number of its own.
    login_broker(executor where, kept_logins how, login_options options = {});

    /// The same, with logins under way sealed in the browser's cookie.
    login_broker(executor where, sealed_logins how, login_options options = {});

    /// Whoever waits gets `errc::shut_down`; logins whose callback has come go on for as long as the executor runs, and
    /// need the transports and the cache until then: `close` ends them.
    ~login_broker();

    login_broker(const login_broker&) = delete;
    login_broker& operator=(const login_broker&) = delete;

    /// Makes a client known by its provider and client id; again: it takes the former one's place. `begin` does the
    /// same for a client that is not known yet, so this is for sealed logins that another process began. Throws
    /// `errc::invalid_argument` where another provider has the path of its redirect URI, or it has none.
    void serve(client with);

    /// Begins a login. No network. Throws what `client::authorize` does, `errc::invalid_argument` for options that make
    /// no sense or a client that `serve` refuses, `errc::too_many_logins` where there is no room (retryable; HTTP 503),
    /// `errc::shut_down` after `close`. With options, not within a `co_await` expression: g++ 12 frees them twice
    /// there.
    [[nodiscard]] pending_login begin(const client& with);

    /// The same, with options.
    [[nodiscard]] pending_login begin(const client& with, const begin_options& options);

    /// Finishes the login that a callback belongs to: to be called by the handler of the redirect URI.
    ///
    /// `callback` is the request target ("/callback/hitkey?code=...&state=..."), or the whole URL; `cookies` the
    /// request's `Cookie` header; `body` the body where the callback is a form post, or the fragment that a page passes
    /// on (VK), and empty otherwise. Checked in this order: redirect URI's path, state, login, cookie, lifetime, the
    /// provider of the login, then what `client::read_callback` checks. What fails there is answered, and leaves the
    /// login as it was. Then it is used up: the code is exchanged, userinfo asked (twice at most, where it fails and
    /// may be repeated), and the token given to the cache. The same callback twice at once is one login, and both get
    /// its answer.
    ///
    /// Throws `errc::cancelled` only: cancellation (terminal, partial or total) ends the caller's waiting, and the
    /// login goes on. Whatever else happens is in the answer.
    [[nodiscard]] awaitable<login_answer> complete(std::string callback, std::string cookies, std::string body = {});

    /// Begins nothing new, and waits until no login is under way, or `grace` has passed (zero or less: at once); then
    /// whoever waits gets `errc::shut_down`, callbacks are refused, and logins whose callback has come are broken off.
    /// Returns how many were still under way, once the last has left its transport and the cache.
    awaitable<std::size_t> close(std::chrono::milliseconds grace);

    /// A snapshot, for metrics; cheap enough for once a second.
    [[nodiscard]] login_statistics statistics() const;

private:
    std::shared_ptr<login::broker_core> core_;
};

/// Whether a browser that is sent to `path` stays on the site that sends it: it begins with a single "/", is a valid
/// reference (RFC 3986, section 4.2), and has neither backslash nor control character, which browsers read as they
/// like.
[[nodiscard]] bool is_own_path(std::string_view path) noexcept;

}  // namespace coauth
