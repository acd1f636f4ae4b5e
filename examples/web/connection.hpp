#pragma once

#include "web/http_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <memory>

namespace web {

/// What a server's connections share.
struct surroundings {
    surroundings(server_options its_options, handler its_answers, std::unique_ptr<boost::asio::ssl::context> its_tls)
        : options(std::move(its_options)), answers(std::move(its_answers)), tls(std::move(its_tls)) {}

    const server_options options;
    const handler answers;
    const std::unique_ptr<boost::asio::ssl::context> tls;  ///< Null: plain HTTP.
};

/// A client's connection, whatever its stream.
class connection {
public:
    virtual ~connection() = default;

    /// Its strand.
    [[nodiscard]] virtual coauth::executor executor() = 0;

    /// Answers requests until either side has enough; then it is closed. Once, on its strand.
    virtual coauth::awaitable<void> serve() = 0;

    /// Answers what is under way, and nothing after it. From any thread.
    virtual void finish() = 0;

    /// From any thread.
    virtual void close() = 0;
};

/// `refused`: it is over the limit, so all that it gets is a 503.
[[nodiscard]] std::shared_ptr<connection> make_connection(boost::asio::ip::tcp::socket socket,
                                                          std::shared_ptr<const surroundings> around, bool refused);

}  // namespace web
