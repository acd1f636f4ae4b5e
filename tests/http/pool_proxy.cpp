#include "tests/http/pool_fixture.hpp"

#include <coauth/core/encoding.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

using namespace coauth;
using namespace coauth::test;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

using socket_ptr = std::shared_ptr<tcp::socket>;

awaitable<void> pass_on(socket_ptr from, socket_ptr to) {
    std::array<char, 4096> bytes{};
    for (;;) {
        const std::size_t count = co_await from->async_read_some(asio::buffer(bytes), asio::use_awaitable);
        co_await asio::async_write(*to, asio::buffer(bytes, count), asio::use_awaitable);
    }
}

/// A proxy that gives each CONNECT the answer it was told, and tunnels to `behind` if that is a good one.
class proxy {
public:
    proxy(asio::io_context& context, std::uint16_t behind, std::string answer)
        : acceptor_{context, {asio::ip::address_v4::loopback(), 0}}, behind_{behind}, answer_{std::move(answer)} {
        asio::co_spawn(context, accept_all(), asio::detached);
    }
    [[nodiscard]] proxy_options options() const {
        proxy_options told;
        told.host = "127.0.0.1";
        told.port = acceptor_.local_endpoint().port();
        return told;
    }
    std::string asked;

private:
    awaitable<void> accept_all() {
        for (;;) {
            auto client = std::make_shared<tcp::socket>(co_await acceptor_.async_accept(asio::use_awaitable));
            asio::co_spawn(acceptor_.get_executor(), serve(std::move(client)), asio::detached);
        }
    }

    awaitable<void> serve(socket_ptr client) {
        co_await asio::async_read_until(*client, asio::dynamic_buffer(asked), "\r\n\r\n", asio::use_awaitable);
        co_await asio::async_write(*client, asio::buffer(answer_), asio::use_awaitable);
        if (!answer_.starts_with("HTTP/1.1 2")) {
            co_return;
        }
        auto server = std::make_shared<tcp::socket>(acceptor_.get_executor());
        const tcp::endpoint there{asio::ip::address_v4::loopback(), behind_};
        co_await server->async_connect(there, asio::use_awaitable);
        asio::co_spawn(acceptor_.get_executor(), pass_on(client, server), asio::detached);
        asio::co_spawn(acceptor_.get_executor(), pass_on(server, client), asio::detached);
    }

    tcp::acceptor acceptor_;
    std::uint16_t behind_;
    std::string answer_;
};

/// A file that is gone at the end.
class temporary_file {
public:
    temporary_file(const std::string& name, std::string_view content)
        : path_{std::filesystem::temp_directory_path() / ("coauth-pool-" + std::to_string(::getpid()) + name)} {
        std::ofstream{path_} << content;
    }
    ~temporary_file() { std::filesystem::remove(path_); }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    [[nodiscard]] std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("through a proxy's tunnel, with the peer's certificate checked as ever") {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture test;
    proxy between{test.context, peer.port(), "HTTP/1.1 200 Connection established\r\n\r\n"};
    pool_options options = test.options_for(1);
    options.connect_to.clear();
    options.proxy = between.options();
    options.proxy->user = "aladdin";
    options.proxy->password = secret{"open sesame"};
    connection_pool pool{test.context.get_executor(), options};
    CHECK(test.send(pool)->status() == 200);
    CHECK(between.asked.starts_with("CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\n"));
    CHECK(between.asked.find("\r\nProxy-Authorization: Basic " + base64("aladdin:open sesame") + "\r\n") !=
          std::string::npos);
    REQUIRE(peer.requests().size() == 1);
    CHECK(peer.requests().front().find("Proxy-Authorization") == std::string::npos);
}

TEST_CASE("connect_to says where the tunnel ends") {
    scripted_peer peer{identity_of("wrong.test"), answer_always};
    pool_fixture test;
    proxy between{test.context, peer.port(), "HTTP/1.1 200 OK\r\n\r\n"};
    pool_options options = test.options_for(8443);
    options.connect_to.front().to_host = "inner.test";
    options.proxy = between.options();
    connection_pool pool{test.context.get_executor(), options};
    CHECK(test.send(pool)->reason() == errc::tls_certificate_untrusted);
    CHECK(between.asked.starts_with("CONNECT inner.test:8443 HTTP/1.1\r\n"));
    CHECK(between.asked.find("Proxy-Authorization") == std::string::npos);
}

TEST_CASE("a proxy that refuses is told with its status and without its credentials") {
    pool_fixture test;
    proxy between{test.context, 1, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 3\r\n\r\nno!"};
    pool_options options = test.options_for(1);
    options.proxy = between.options();
    options.proxy->user = "aladdin";
    options.proxy->password = secret{"open sesame"};
    connection_pool pool{test.context.get_executor(), options};
    const auto request = test.send(pool);
    CHECK(request->reason() == errc::proxy_refused);
    REQUIRE(request->failed.has_value());
    CHECK(request->failed->http_status == 407);
    CHECK_FALSE(request->failed->request_sent);
    const std::string told = request->failed->message();
    for (const std::string& hidden : {std::string{"aladdin"}, std::string{"sesame"}, base64("aladdin:open sesame")}) {
        CHECK(told.find(hidden) == std::string::npos);
    }
    CHECK(pool.statistics().connections == 0);
}

TEST_CASE("a proxy that adds bytes of its own, or talks nonsense") {
    for (const char* answer : {"HTTP/1.1 200 OK\r\n\r\nsurprise", "SSH-2.0-OpenSSH_9.2\r\n\r\n"}) {
        CAPTURE(answer);
        pool_fixture test;
        proxy between{test.context, 1, answer};
        pool_options options = test.options_for(1);
        options.proxy = between.options();
        connection_pool pool{test.context.get_executor(), options};
        const auto request = test.send(pool);
        CHECK(request->reason() == errc::proxy_refused);
        CHECK_FALSE(request->failed->request_sent);
    }
}

TEST_CASE("a client certificate, for a peer that demands one") {
    peer_identity identity = identity_of();
    identity.client_ca_pem = authority().ca_pem();
    scripted_peer peer{identity, answer_always};
    sandbox::leaf_options leaf;
    leaf.common_name = "a client";
    leaf.purpose = sandbox::certificate_purpose::client;
    const auto issued = authority().issue(leaf);
    const temporary_file certificate{"-client.pem", issued.chain_pem};
    const temporary_file key{"-client.key", issued.key_pem};
    pool_fixture test;
    pool_options options = test.options_for(peer);
    {
        connection_pool without{test.context.get_executor(), options};
        const auto request = test.send(without);
        REQUIRE(request->failed.has_value());
        CAPTURE(request->failed->message());
        CHECK(class_of(request->failed->code) != failure_class::timeout);
        CHECK(peer.requests().empty());
    }
    options.tls.certificate_file = certificate.path();
    options.tls.private_key_file = key.path();
    connection_pool with{test.context.get_executor(), options};
    CHECK(test.send(with)->status() == 200);

    const auto other = authority().issue(leaf);
    const temporary_file wrong_key{"-other.key", other.key_pem};
    options.tls.private_key_file = wrong_key.path();
    try {
        connection_pool mismatched{test.context.get_executor(), options};
        FAIL("a key of another certificate was taken");
    } catch (const error& thrown) {
        CHECK(thrown.reason() == errc::tls_configuration);
    }
}
