#pragma once

#include <coauth/core/clock.hpp>
#include <coauth/core/key_ring.hpp>
#include <coauth/core/random.hpp>
#include <coauth/provider/authorization.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace coauth {

class token_cache;

/// Logins under way are kept in this process's memory: the callback has to come to the process that began.
struct kept_logins {
    /// How many at once, at least 1. When there is no room, the oldest login of the same address makes some, or else
    /// the oldest of the address that has most; where every address has but one, `begin` fails.
    std::size_t max_logins = 131'072;
};

/// Logins under way travel sealed in the browser's cookie: any process with the same keys, and the same clients served,
/// can finish a login that another began, and nothing is kept for one that nobody waits for.
struct sealed_logins {
    /// The default number of logins is remembered.
    explicit sealed_logins(key_ring under) : keys(std::move(under)) {}

    key_ring keys;  ///< The first seals; an older one stays for as long as a login may take.

    /// How many completed logins a process remembers until they expire, so that none is completed twice. At least 1.
    /// The oldest goes first; the provider takes its code but once all the same.
    std::size_t remembered = 100'000;
};

/// How a `login_broker` works. docs/login.md tells the reason of each default.
struct login_options {
    /// Gets the token of each login, before anybody is told of it. Must outlive the broker. Null: none.
    token_cache* cache = nullptr;

    /// How long a user may take from `begin` to the callback: a second to a day.
    std::chrono::seconds lifetime{600};

    /// The limit of exchange and userinfo together, 1 ms to an hour; the cache has limits of its own.
    std::chrono::milliseconds completion_timeout{60'000};

    /// How long `completed` waits, if its caller does not say: 1 ms to a day.
    std::chrono::milliseconds wait_timeout{600'000};

    /// What the names of the cookies begin with: letters, digits and `-`. "__Host-" is put before it.
    std::string cookie_name = "login";

    /// For development over plain HTTP on this machine only: cookies lack `Secure` and the "__Host-" prefix, so that a
    /// neighbouring site can set them and a listener read them.
    bool allow_insecure_cookies = false;

    /// So many logins may be under way in one browser, 1 to 20; the cookies of the oldest beyond are cleared. Only
    /// counted where `begin_options::cookies` is given.
    std::size_t max_per_browser = 8;

    std::shared_ptr<const coauth::clock> clock{};   ///< Null: the machine's.
    std::shared_ptr<const random_source> random{};  ///< Null: OpenSSL's.
};

/// One login.
struct begin_options {
    authorize_options
        ask{};  ///< Scopes, offline, further parameters. Its `state` must stay empty: the broker makes it.

    /// Where the browser goes when it is logged in: a path of one's own ("/games?id=7"), at most 1,024 bytes. Anything
    /// that a browser may take for another site is refused (`is_own_path`).
    std::string return_to = "/";

    /// The request's `Cookie` header, if there is a request: cookies of logins that are over are cleared.
    std::string cookies{};

    /// From where it is asked for: an IP address, or any other name of whom to count it for. Kept logins share room by
    /// it; IPv6 addresses count by their /64 network, and names by their first 64 bytes. All logins without an address
    /// are one's.
    std::string address{};

    /// The account under which the token is kept where the provider does not tell a subject. Empty: a random one.
    std::string account{};

    /// The caller's own, handed back with the session: at most 256 bytes.
    std::string tag{};
};

}  // namespace coauth
