#pragma once

#include <coauth/http/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace coauth::cli {

/// Where the browser comes back to on this machine: what a loopback redirect URI names (RFC 8252, section 7.3).
struct loopback {
    std::string host = "127.0.0.1";  ///< "127.0.0.1", "::1" or "localhost", as the redirect URI has it.
    std::uint16_t port = 0;          ///< 0: any free one.
    std::string path = "/callback";
};

/// What the browser is shown.
struct browser_page {
    unsigned status = 200;
    std::string text;   ///< Never a word of anybody else's.
    bool last = false;  ///< The login has ended: nothing more is to be received.
};

/// A little HTTP server on the loopback address, for the browser that comes back from the provider.
///
/// It answers GET of its path alone, and only where `Host` names it: a page that had its own name point here is
/// refused. Requests are small and short, or their connection is closed. Threads: one; all on its executor.
class receiver {
public:
    /// Judges what claims to be the callback: a request target. What the browser is shown tells the outcome.
    using judge = std::function<browser_page(std::string_view target)>;

    /// Listens at once. Throws `program_error` where the port cannot be had.
    receiver(executor where, loopback at);
    ~receiver();

    receiver(const receiver&) = delete;
    receiver& operator=(const receiver&) = delete;

    [[nodiscard]] std::string redirect_uri() const;

    /// For a provider that echoes no state: from now on a callback is judged only if it comes from the browser that
    /// opened the returned URL first, which sets a cookie there and goes on to `login_url`.
    [[nodiscard]] std::string bind_to_browser(std::string login_url);

    /// Takes requests from now on; calls `ended` when the last page was sent.
    void start(judge judged, std::function<void()> ended);

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

}  // namespace coauth::cli
