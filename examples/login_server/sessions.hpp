#pragma once

#include "login_server/configuration.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/core/random.hpp>
#include <coauth/login/login_session.hpp>

#include <array>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace login_server {

/// A browser that is logged in: at one provider, or at several.
struct session {
    std::string form_token;                         ///< Stands in its forms: no other site's form has it.
    std::vector<coauth::login_session_ptr> logins;  ///< One a provider, the newest last. Never empty.
};

using session_ptr = std::shared_ptr<const session>;

/// The browsers that are logged in, in memory. A session is known by a random text in a cookie, of which only the
/// digest is kept. Threads: any.
class session_table {
public:
    session_table(session_configuration limits, std::shared_ptr<const coauth::clock> time);

    /// The session of that cookie, which is used by that; null where there is none, or its time is over.
    [[nodiscard]] session_ptr find(std::string_view cookie);

    /// Adds a login to the session of that cookie, or to a new one. Returns the new cookie: the former is worth nothing
    /// any more, so that nobody who planted it is logged in too. When there is no room the longest unused session ends.
    [[nodiscard]] std::string add(std::string_view cookie, coauth::login_session_ptr brought);

    /// Takes the login at that provider away; a session without logins ends.
    void remove(std::string_view cookie, std::string_view provider);

    [[nodiscard]] std::size_t size() const;

private:
    using digest = std::array<unsigned char, 32>;
    struct entry {
        session_ptr content;
        coauth::clock::steady_time begun;
        coauth::clock::steady_time used;
        std::list<digest>::iterator place;
    };
    using entries = std::map<digest, entry>;

    [[nodiscard]] entries::iterator locate(std::string_view cookie);
    void erase(entries::iterator gone);
    void make_room();

    const session_configuration limits_;
    const std::shared_ptr<const coauth::clock> time_;
    mutable std::mutex mutex_;  // guards what follows
    entries entries_;
    std::list<digest> by_use_;  // the longest unused first
};

}  // namespace login_server
