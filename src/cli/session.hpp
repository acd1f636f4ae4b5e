#pragma once

#include "cli/command_line.hpp"
#include "cli/event_loop.hpp"

#include <coauth/flow/client.hpp>
#include <coauth/http/connection_pool.hpp>
#include <coauth/provider/credentials.hpp>
#include <coauth/provider/profile.hpp>

#include <boost/json/value.hpp>

namespace coauth::cli {

/// What a command needs to talk to a provider.
class session {
public:
    /// Throws `coauth::error` and `program_error` where the arguments make no sense.
    explicit session(const arguments& given);

    [[nodiscard]] const provider::profile& profile() const noexcept { return profile_; }
    [[nodiscard]] const credentials& who() const noexcept { return who_; }
    [[nodiscard]] executor where() { return loop_.where(); }

    /// A client for the application; with another redirect URI than the arguments' for a login.
    [[nodiscard]] client make_client() { return make_client(who_); }
    [[nodiscard]] client make_client(credentials who);

    /// As `event_loop::run`.
    boost::json::value run(awaitable<boost::json::value> step);

private:
    event_loop loop_;
    provider::profile profile_;
    credentials who_;
    connection_pool pool_;
};

}  // namespace coauth::cli
