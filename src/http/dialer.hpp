#pragma once

#include "http/known_names.hpp"
#include "http/strand.hpp"

#include <coauth/http/awaitable.hpp>
#include <coauth/http/resolver.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coauth::http {

/// The addresses in the order in which they are tried: families alternate (RFC 8305, section 4).
[[nodiscard]] std::vector<boost::asio::ip::address> alternate_families(std::vector<boost::asio::ip::address> addresses);

/// Makes a TCP connection: names to addresses, and addresses raced against each other (Happy Eyeballs, RFC 8305).
///
/// Threads: everything happens on its strand. It is ended early by `close`; it knows no deadline.
class dialer {
public:
    using endpoints = std::vector<boost::asio::ip::tcp::endpoint>;
    using connected = boost::system::result<tcp_socket>;

    /// `names` may be null: the system's are used then.
    dialer(strand where, std::shared_ptr<resolver> names, std::shared_ptr<known_names> known,
           std::chrono::milliseconds attempt_delay);

    /// Throws `coauth::error` with `errc::resolve_failed`.
    awaitable<endpoints> resolve(std::string host, std::uint16_t port);

    /// The first that takes the connection; or what the last of them said.
    awaitable<connected> connect(endpoints addresses);

    /// Ends what is under way, as far as it can be ended: a resolver that does not heed its cancellation is left alone.
    void close();

private:
    struct race;

    awaitable<std::vector<boost::asio::ip::address>> addresses_of(std::string host);
    awaitable<std::vector<boost::asio::ip::address>> ask_system(std::string host);
    awaitable<std::vector<boost::asio::ip::address>> ask_names(std::string host);

    strand strand_;
    std::shared_ptr<resolver> names_;
    std::shared_ptr<known_names> known_;
    std::chrono::milliseconds attempt_delay_;
    std::optional<boost::asio::ip::tcp::resolver> system_;
    boost::asio::cancellation_signal stop_asking_;
    bool asking_ = false;  ///< `names_` has been asked and has not answered.
    std::weak_ptr<race> race_;
};

}  // namespace coauth::http
