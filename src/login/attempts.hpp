#pragma once

#include "login/attempt.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/core/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coauth::login {

/// Where logins under way are between `begin` and their callback. Threads: any.
class attempts {
public:
    virtual ~attempts() = default;

    struct drawn {
        std::string state;          ///< 43 random characters of base64url, the id first.
        std::string binding;        ///< Of the cookie, if that is made by chance.
        std::string neighbourhood;  ///< Of the address, where logins are counted for it.
    };
    /// What chance has to say of a login of this address.
    [[nodiscard]] virtual drawn draw(std::string_view address) const = 0;

    struct kept {
        std::string cookie;                  ///< The value that binds the login to its browser.
        std::vector<attempt_ptr> displaced;  ///< Those that had to make room; they are nobody's any more.
    };

    /// Takes a login that begins, as it was drawn; the state is the login's by now. Fails with `errc::too_many_logins`.
    [[nodiscard]] virtual result<kept> keep(const attempt_ptr& begun, drawn as) = 0;

    /// The login of that id, if the value of its cookie is this and its time has not passed; no failure names a secret.
    [[nodiscard]] virtual result<attempt_ptr> find(std::string_view id, std::string_view cookie) = 0;

    /// Uses up a claimed login. False if it was used before, by another copy of it.
    [[nodiscard]] virtual bool use(const attempt_ptr& claimed) = 0;

    /// A login that was used up has ended.
    virtual void forget(const attempt_ptr& ended) = 0;

    /// Claims and takes out those whose time has passed.
    [[nodiscard]] virtual std::vector<attempt_ptr> expire(clock::steady_time now) = 0;
    [[nodiscard]] virtual clock::steady_time next_due() const = 0;

    /// All that are held.
    [[nodiscard]] virtual std::vector<attempt_ptr> held() const = 0;
    [[nodiscard]] virtual std::size_t under_way() const = 0;
};

}  // namespace coauth::login
