#include "world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>

#include <exception>
#include <stdexcept>
#include <utility>

namespace vk_token_api::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

coauth::clock::wall_time beginning() {
    return coauth::clock::wall_time{std::chrono::sys_days{std::chrono::year{2026} / 1 / 10}} + std::chrono::hours{15} +
           std::chrono::minutes{30};
}

std::string text_of(const question& what) {
    std::string text = what.method + " " + what.target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    for (const std::string& each : what.headers) {
        text += each + "\r\n";
    }
    if (!what.body.empty()) {
        text += "Content-Length: " + std::to_string(what.body.size()) + "\r\n";
    }
    return text + "\r\n" + what.body;
}

coauth::awaitable<void> exchange(std::string sent, std::uint16_t port, std::string& received) {
    tcp::socket socket{co_await asio::this_coro::executor};
    const tcp::endpoint there{asio::ip::address_v4::loopback(), port};
    co_await socket.async_connect(there, asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(sent), asio::use_awaitable);
    boost::system::error_code end;
    co_await asio::async_read(socket, asio::dynamic_buffer(received), asio::redirect_error(asio::use_awaitable, end));
}

}  // namespace

boost::json::value answer::json() const {
    return boost::json::parse(body);
}

std::string answer::header(const std::string& name) const {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == head.npos) {
        return "";
    }
    const auto begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

jwt_rules test_rules() {
    return {coauth::secret{"a key for tests, of 32 bytes or more"}};
}

world::world(std::shared_ptr<coauth::token_store> kept)
    : clock(std::make_shared<coauth::manual_clock>(beginning())), store(std::move(kept)) {
    with.app_id = "54249533";
    with.jwt = test_rules();
    surroundings around;
    around.vk = &vk;
    around.store = store;
    around.clock = clock;
    around.log = [this](const std::string& line) { log.push_back(line); };
    server = std::make_unique<token_api_server>(context, with, std::move(around));
    run(server->start());
}

world::~world() {
    run(server->stop(std::chrono::seconds{5}));
    context.restart();
    context.run();
}

void world::run(coauth::awaitable<void> work) {
    bool done = false;
    std::exception_ptr failed;
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr why) {
        done = true;
        failed = std::move(why);
    });
    context.restart();
    while (!done && context.run_one() != 0) {
    }
    if (failed) {
        std::rethrow_exception(failed);
    }
}

answer world::ask(const question& what) {
    std::string received;
    run(exchange(text_of(what), server->port(), received));
    const auto end = received.find("\r\n\r\n");
    if (!received.starts_with("HTTP/1.1 ") || end == received.npos) {
        throw std::runtime_error("this is no answer: " + received);
    }
    answer got;
    got.status = static_cast<unsigned>(std::stoul(received.substr(9, 3)));
    got.head = received.substr(0, end + 2);
    got.body = received.substr(end + 4);
    return got;
}

std::string world::jwt(const std::string& user) const {
    return std::string(mint_jwt(test_rules(), {user, clock->now() + std::chrono::hours{1}}).reveal());
}

answer world::get(const std::string& target, const std::string& user) {
    return ask({"GET", target, {"Authorization: Bearer " + jwt(user)}});
}

answer world::post(const std::string& target, const std::string& body, const std::string& user) {
    return ask({"POST", target, {"Authorization: Bearer " + jwt(user), "Content-Type: application/json"}, body});
}

boost::json::value world::status(const std::string& user) {
    return get("/api/v1/oauth/vk/token/status", user).json();
}

}  // namespace vk_token_api::test
