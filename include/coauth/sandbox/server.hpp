#pragma once

#include <coauth/core/clock.hpp>
#include <coauth/http/awaitable.hpp>
#include <coauth/http/pool_options.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Five simulated providers (docs/sandbox.md).
namespace coauth::sandbox {

/// An application that is registered at a simulated provider.
struct application {
    std::string client_id = "sandbox-client";      ///< Hikka's `reference`, Hitbox's `app_token`.
    std::string client_secret = "sandbox-secret";  ///< Not a secret: it opens nothing but the sandbox.
    std::vector<std::string> redirect_uris{"https://app.example/callback"};  ///< Compared exactly, whole.
    std::string name = "Sandbox application";                                ///< On the consent page.
    std::string description = "An application that tries its login";         ///< Below the name.
};

/// How a simulated provider shall behave; what is not set stays as its document says.
struct behaviour {
    std::optional<std::chrono::seconds> token_lifetime{};  ///< Of access tokens issued from now on.
    std::optional<std::chrono::milliseconds> latency{};    ///< Before each answer, in real time.

    /// Hikka: where the running service departs from its document, as the service does it. The exchange answers
    /// `{secret, created, expiration}`; an invalid or expired secret is a 400; use makes a token live longer; an
    /// application cannot revoke (403).
    bool live_dialect = false;

    /// HitKey: a refresh leaves the refresh token out of its reply instead of repeating it.
    bool omit_refresh_token = false;

    /// VK: the address that tokens are bound to; not set, it is the one that the user's consent came from.
    std::optional<std::string> token_address{};
};

/// What an endpoint shall answer instead, the next `times` times.
struct fault {
    unsigned status = 503;                              ///< 200 to 599.
    std::string body{};                                 ///< Sent as it is.
    std::string content_type = "text/plain";            ///< Of the body.
    std::optional<std::chrono::seconds> retry_after{};  ///< For `Retry-After`; absent: none.
    unsigned times = 1;                                 ///< Then the endpoint is itself again. 0: at once.
    bool drop_connection = false;                       ///< Handle the request, then close without an answer.
};

/// Where a sandbox listens, and who may use it.
struct server_options {
    std::string address = "127.0.0.1";             ///< Of this machine, as a literal.
    std::uint16_t port = 0;                        ///< 0: any free one.
    application registered{};                      ///< At every provider.
    std::shared_ptr<const coauth::clock> clock{};  ///< Null: the machine's. Codes and tokens expire by it.
};

/// Five providers in one process, over TLS with an authority of its own, told apart by `Host`: Hikka, HitKey, Hike, VK
/// and Hitbox, each written from its provider's document. For tests, demonstrations and work without the internet.
///
/// Endpoints are named as "METHOD /path" with `:name` for variable parts: "POST /oauth/token", "GET
/// /api/userfromtoken/:token". See docs/sandbox.md for all of them, and for how a program approves a consent page.
/// A provider or endpoint that does not exist is a `std::invalid_argument`, whose text lists those that do.
///
/// Threads: any. Lifetime: the destructor closes all connections; the executor's context must outlive the server.
class server {
public:
    /// Listens at once. Throws `boost::system::system_error` where the address cannot be had.
    explicit server(executor where, server_options options = {});
    ~server();

    server(const server&) = delete;
    server& operator=(const server&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept;  ///< Where it listens.

    /// The certificate of its authority, to be trusted by clients: `pool_options::tls.ca_pem`.
    [[nodiscard]] const std::string& ca_pem() const noexcept;

    /// For `pool_options::connect_to`: every host of every provider, served here.
    [[nodiscard]] std::vector<connect_override> connect_to() const;

    /// The names of the five: "hike", "hikka", "hitbox", "hitkey", "vk".
    [[nodiscard]] static std::vector<std::string> providers();

    /// Registers a further application at one provider.
    void register_application(std::string_view provider, application added);

    /// From the next request on, in the place of what was set before.
    void set_behaviour(std::string_view provider, behaviour changed);

    /// From the next request on, in the place of the endpoint's former fault.
    void set_fault(std::string_view provider, std::string_view endpoint, fault next);

    /// How often an endpoint was called.
    [[nodiscard]] std::uint64_t calls(std::string_view provider, std::string_view endpoint) const;

    /// Stops listening and closes all connections. What the destructor does.
    void stop() noexcept;

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

}  // namespace coauth::sandbox
