#pragma once

#include "examples/vk_token_api/jwt.hpp"
#include "examples/vk_token_api/token_api_server.hpp"
#include "vk_double.hpp"

#include <coauth/cache/memory_store.hpp>
#include <coauth/core/manual_clock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>

#include <memory>
#include <string>
#include <vector>

namespace vk_token_api::test {

/// An answer as it came over the socket.
struct answer {
    unsigned status = 0;
    std::string head;
    std::string body;

    [[nodiscard]] boost::json::value json() const;

    /// The value of a header field; empty if it is not there.
    [[nodiscard]] std::string header(const std::string& name) const;
};

/// One request, with a connection of its own.
struct question {
    std::string method = "GET";
    std::string target;
    std::vector<std::string> headers{};
    std::string body{};
};

/// A server on a real socket, VK's double behind it, and a clock that the test turns. It begins on 10 January 2026 at
/// 15:30 UTC.
class world {
public:
    explicit world(std::shared_ptr<coauth::token_store> kept = std::make_shared<coauth::memory_store>());
    ~world();

    [[nodiscard]] answer ask(const question& what);

    // With the header that the API asks for.
    [[nodiscard]] answer get(const std::string& target, const std::string& user = "ann");
    [[nodiscard]] answer post(const std::string& target, const std::string& body, const std::string& user = "ann");

    /// The status of the user's token.
    [[nodiscard]] boost::json::value status(const std::string& user = "ann");

    [[nodiscard]] std::string jwt(const std::string& user = "ann") const;

    /// Runs the awaitable on the server's thread.
    void run(coauth::awaitable<void> work);

    boost::asio::io_context context{1};
    std::shared_ptr<coauth::manual_clock> clock;
    vk_double vk;
    std::shared_ptr<coauth::token_store> store;
    configuration with;
    std::vector<std::string> log;
    std::unique_ptr<token_api_server> server;
};

[[nodiscard]] jwt_rules test_rules();

}  // namespace vk_token_api::test
