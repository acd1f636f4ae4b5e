#pragma once

#include <coauth/http/awaitable.hpp>

#include <string>
#include <vector>

namespace coauth {

/// Turns a host name into addresses; for a cache or a resolver of one's own. The default asks the system.
class resolver {
public:
    virtual ~resolver() = default;

    /// The addresses of `host` as literals ("192.0.2.1", "2001:db8::1"), best first. An empty list or an exception is
    /// `errc::resolve_failed`. It may take its time: the caller's deadline holds even if it never comes back.
    /// Threads: awaited on the pool's executor, several calls at once.
    /// Cancellation: it is cancelled (terminal) when nobody needs the answer any more; one that never ends keeps its
    /// executor's context running.
    virtual awaitable<std::vector<std::string>> resolve(std::string host) = 0;
};

}  // namespace coauth
