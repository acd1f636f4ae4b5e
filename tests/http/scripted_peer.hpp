#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coauth::test {

/// One connection as the peer sees it: the steps of a script. Each blocks until it is done; when the other side is gone
/// it ends the script. At a script's end TCP is closed, without close_notify unless the script has sent it.
class peer_connection {
public:
    virtual ~peer_connection() = default;

    /// The name that the other side asked for in its handshake (SNI); empty where it named none.
    virtual std::string server_name() = 0;

    /// The suite that both agreed on; this side has no wish of its own.
    virtual std::string cipher_suite() = 0;

    /// Reads a whole request, head and body, and returns it.
    virtual std::string expect_request() = 0;

    /// Where TLS is not spoken: waits until the other side has begun its handshake.
    virtual void expect_client_hello() = 0;

    /// Reads a request's head alone, and leaves its body where it is.
    virtual void expect_head() = 0;

    /// Sends `bytes` as one TLS record, or several if they are long.
    virtual void send(std::string_view bytes) = 0;

    /// Sends each of `records` as a TLS record of its own, all in one piece of TCP.
    virtual void send_together(const std::vector<std::string>& records) = 0;

    /// Sends `bytes` beside TLS, as they are.
    virtual void send_plain(std::string_view bytes) = 0;

    /// Sends that many TLS 1.3 tickets.
    virtual void send_tickets(std::size_t count) = 0;

    /// Sends close_notify; the TCP connection stays.
    virtual void send_close_notify() = 0;

    /// Closes TCP's sending side.
    virtual void half_close() = 0;

    /// Resets TCP.
    virtual void reset() = 0;

    /// Reads and drops what comes until the other side has gone.
    virtual void wait_for_end() = 0;
};

/// How a peer shows itself.
struct peer_identity {
    std::string chain_pem;
    std::string key_pem;
    std::string client_ca_pem{};  ///< If any, the client must show a certificate of this authority.
    bool speaks_tls = true;       ///< Otherwise scripts begin on bare TCP.
    bool only_tls_1_2 = false;
    bool only_tls_1_1 = false;
    std::string only_suite{};           ///< Of TLS 1.3; empty: OpenSSL's, as the other side likes.
    std::string address = "127.0.0.1";  ///< Where it listens.
};

/// A raw TLS peer on this machine that does to every connection what its script says, however wrong.
///
/// Each connection has a thread of its own. The destructor cuts all connections and waits for their scripts.
class scripted_peer {
public:
    using script = std::function<void(peer_connection&, std::size_t connection)>;  ///< Connections count from 0.

    scripted_peer(peer_identity identity, script every_connection);
    ~scripted_peer();

    scripted_peer(const scripted_peer&) = delete;
    scripted_peer& operator=(const scripted_peer&) = delete;

    [[nodiscard]] std::uint16_t port() const;

    /// How many connections were taken, whether or not TLS came about.
    [[nodiscard]] std::size_t connections() const;

    /// All requests that were read, as they came.
    [[nodiscard]] std::vector<std::string> requests() const;

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace coauth::test
