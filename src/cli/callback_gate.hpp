#pragma once

#include <coauth/flow/client.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

namespace coauth::cli {

/// What became of something that claims to be the callback of a login.
enum class verdict {
    accepted,  ///< It brought a grant.
    refused,   ///< It is the callback, and brings the provider's refusal.
    ignored,   ///< It does not belong to this login: somebody else's must not end it.
};

/// The one place through which a login's callback comes, however it is received.
///
/// Threads: one; all on its executor.
class callback_gate {
public:
    callback_gate(executor where, client at, authorization login);

    /// Judges a callback. What it says is kept until `wait` is told that the login has ended.
    verdict offer(std::string_view callback);

    /// Nothing more will be offered, or the browser has been answered: `wait` returns.
    void close();

    /// Waits for the grant, and calls `tick` once at the start and then each second with the time that is left.
    /// Throws the provider's refusal, why the last offer was ignored if the gate was closed without any better, or
    /// `errc::timeout` after `longest`.
    [[nodiscard]] awaitable<grant> wait(std::chrono::milliseconds longest,
                                        std::function<void(std::chrono::seconds left)> tick);

    /// Why the last offer was not accepted.
    [[nodiscard]] const std::optional<failure>& last_failure() const noexcept { return failed_; }

private:
    [[nodiscard]] grant outcome();

    client at_;
    authorization login_;
    boost::asio::steady_timer timer_;
    bool closed_ = false;
    std::optional<grant> grant_;
    std::optional<failure> failed_;
};

}  // namespace coauth::cli
