#pragma once

#include <coauth/core/clock.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace coauth::http {

/// The addresses that names had a moment ago. Connections to a provider are often opened many at once, and the system's
/// resolver does one thing at a time.
///
/// Threads: any.
class known_names {
public:
    using addresses = std::vector<boost::asio::ip::address>;

    known_names(std::shared_ptr<const clock> time, std::chrono::milliseconds lifetime);

    /// Empty: not known, or too long ago.
    [[nodiscard]] addresses find(const std::string& host);

    void keep(const std::string& host, const addresses& found);

    /// They were of no use.
    void forget(const std::string& host);

private:
    static constexpr std::size_t most = 64;

    struct entry {
        addresses found;
        clock::steady_time until;
    };

    const std::shared_ptr<const clock> clock_;
    const std::chrono::milliseconds lifetime_;
    std::mutex mutex_;
    boost::unordered_flat_map<std::string, entry> names_;
};

}  // namespace coauth::http
