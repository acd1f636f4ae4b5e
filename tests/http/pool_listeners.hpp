#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace coauth::test {

/// Listens and takes bytes, and that is all.
class mute_listener {
public:
    explicit mute_listener(boost::asio::io_context& context)
        : acceptor_{context, {boost::asio::ip::address_v4::loopback(), 0}}, socket_{context} {
        acceptor_.async_accept(socket_, [this](const boost::system::error_code& failed) {
            if (!failed) {
                socket_.async_read_some(boost::asio::buffer(bytes_),
                                        [this](const boost::system::error_code&, std::size_t count) { heard = count; });
            }
        });
    }
    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    std::size_t heard = 0;

private:
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::ip::tcp::socket socket_;
    std::array<char, 1024> bytes_{};
};

/// Listens with a queue that is full: whoever connects waits.
class full_listener {
public:
    explicit full_listener(boost::asio::io_context& context, const std::string& address = "127.0.0.1",
                           std::uint16_t port = 0)
        : acceptor_{context, boost::asio::ip::tcp::v4()} {
        acceptor_.bind({boost::asio::ip::make_address(address), port});
        acceptor_.listen(0);
        for (auto& filler : fillers_) {
            filler.emplace(context);
            filler->async_connect(acceptor_.local_endpoint(), boost::asio::detached);
        }
        context.run_one_for(std::chrono::seconds{1});  // the first is in the queue now, and fills it
    }
    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    boost::asio::ip::tcp::acceptor acceptor_;
    std::array<std::optional<boost::asio::ip::tcp::socket>, 4> fillers_;
};

}  // namespace coauth::test
