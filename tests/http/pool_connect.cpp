#include "http/dialer.hpp"
#include "tests/http/pool_fixture.hpp"
#include "tests/http/pool_listeners.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

/// Knows what the test says.
class fixed_resolver final : public resolver {
public:
    explicit fixed_resolver(std::vector<std::string> addresses) : addresses_{std::move(addresses)} {}
    awaitable<std::vector<std::string>> resolve(std::string host) override {
        asked = host;
        ++times;
        if (addresses_.empty()) {
            throw std::runtime_error{"the name server\nis on fire"};
        }
        co_return addresses_;
    }
    std::string asked;
    int times = 0;

private:
    std::vector<std::string> addresses_;
};

/// "api.test" is `addresses`, where `port` is asked.
pool_options options_with(const pool_fixture& test, std::uint16_t port, std::vector<std::string> addresses) {
    pool_options options = test.options_for(port);
    options.connect_to.front().to_host = "names.test";
    options.resolver = std::make_shared<fixed_resolver>(std::move(addresses));
    return options;
}

std::vector<std::string> alternated(const std::vector<std::string>& texts) {
    std::vector<boost::asio::ip::address> addresses;
    for (const std::string& text : texts) {
        addresses.push_back(boost::asio::ip::make_address(text));
    }
    std::vector<std::string> ordered;
    for (const auto& address : http::alternate_families(addresses)) {
        ordered.push_back(address.to_string());
    }
    return ordered;
}

/// A peer on [::1], whose certificate is for "api.test" and for that address; null where the machine has no ::1.
std::unique_ptr<scripted_peer> peer_on_ipv6() {
    const sandbox::issued_certificate issued = authority().issue({.dns_names = {"api.test"}, .ip_addresses = {"::1"}});
    peer_identity identity;
    identity.chain_pem = issued.chain_pem;
    identity.key_pem = issued.key_pem;
    identity.address = "::1";
    try {
        return std::make_unique<scripted_peer>(identity, answer_always);
    } catch (const boost::system::system_error&) {
        return nullptr;
    }
}

}  // namespace

TEST_CASE("families alternate, the resolver's first one first") {
    using list = std::vector<std::string>;
    CHECK(alternated({}) == list{});
    CHECK(alternated({"192.0.2.1"}) == list{"192.0.2.1"});
    CHECK(alternated({"2001:db8::1", "2001:db8::2", "192.0.2.1"}) == list{"2001:db8::1", "192.0.2.1", "2001:db8::2"});
    CHECK(alternated({"192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1"}) ==
          list{"192.0.2.1", "2001:db8::1", "192.0.2.2", "192.0.2.3"});
}

TEST_CASE("IPv6: by name, by address, and as the URL's own host") {
    const std::unique_ptr<scripted_peer> peer = peer_on_ipv6();
    if (!peer) {
        MESSAGE("skipped: this machine has no ::1");
        return;
    }
    pool_fixture test;
    pool_options options = options_with(test, peer->port(), {"::1"});
    connection_pool by_name{test.context.get_executor(), options};
    CHECK(test.send(by_name)->status() == 200);

    options.connect_to.front().to_host = "::1";
    connection_pool by_address{test.context.get_executor(), options};
    CHECK(test.send(by_address)->status() == 200);
    CHECK(test.send(by_address)->status() == 200);
    CHECK(by_address.statistics().reused == 1);

    const std::string url = "https://[::1]:" + std::to_string(peer->port()) + "/";
    const pending_ptr own = test.send(by_address, {"GET", url});
    CHECK(own->status() == 200);
    const std::string authority = "[::1]:" + std::to_string(peer->port());
    CHECK(peer->requests().back().find("\r\nHost: " + authority + "\r\n") != std::string::npos);
    CHECK(test.seen->addresses() == std::vector<std::string>(3, authority));
}

TEST_CASE("an IPv6 address that refuses is followed by an IPv4 one") {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture test;
    pool_options options = options_with(test, peer.port(), {"::1", "127.0.0.1"});
    options.connection_attempt_delay = 1h;
    connection_pool pool{test.context.get_executor(), options};
    CHECK(test.send(pool)->status() == 200);
}

TEST_CASE("an address that refuses is followed by the next at once") {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture test;
    pool_options options = options_with(test, peer.port(), {"127.0.0.9", "127.0.0.1"});
    options.connection_attempt_delay = 1h;
    connection_pool pool{test.context.get_executor(), options};
    CHECK(test.send(pool)->status() == 200);
    CHECK(pool.statistics().opened == 1);
}

TEST_CASE("an address that is silent is overtaken by the next") {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture test;
    full_listener silent{test.context, "127.0.0.9", peer.port()};
    pool_options options = options_with(test, peer.port(), {"127.0.0.9", "127.0.0.1"});
    options.connection_attempt_delay = 20ms;
    connection_pool pool{test.context.get_executor(), options};
    CHECK(test.send(pool)->status() == 200);
    CHECK(pool.statistics().opened == 1);
}

TEST_CASE("when no address takes the connection, the error says what happened, and where") {
    pool_fixture test;
    std::uint16_t nobody = 0;
    {
        mute_listener gone{test.context};
        nobody = gone.port();
    }
    connection_pool pool{test.context.get_executor(), options_with(test, nobody, {"127.0.0.9", "127.0.0.8"})};
    const auto request = test.send(pool, get("/token?code=hush"));
    CHECK(request->reason() == errc::connect_failed);
    CHECK(request->failed->detail ==
          "could not connect to api.test:443 by way of names.test:" + std::to_string(nobody) + ": connection refused");
    CHECK(request->failed->message().find("hush") == std::string::npos);
    CHECK_FALSE(request->failed->request_sent);
    CHECK(is_retryable(*request->failed));
    CHECK(pool.statistics().connections == 0);
}

TEST_CASE("a resolver that fails, or gives no address") {
    pool_fixture test;
    {
        connection_pool pool{test.context.get_executor(), options_with(test, 1, {})};
        const auto request = test.send(pool);
        CHECK(request->reason() == errc::resolve_failed);
        CHECK(request->failed->detail.find("is on fire") != std::string::npos);
        CHECK(request->failed->detail.find('\n') == std::string::npos);
    }
    {
        connection_pool pool{test.context.get_executor(), options_with(test, 1, {"not an address"})};
        CHECK(test.send(pool)->reason() == errc::resolve_failed);
    }
}

TEST_CASE("a name is asked for once in the lifetime of its addresses") {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture test;
    pool_options options = options_with(test, peer.port(), {"127.0.0.1"});
    const auto names = std::make_shared<fixed_resolver>(std::vector<std::string>{"127.0.0.1"});
    options.resolver = names;
    options.idle_timeout = 1s;  // each request of this test has a connection of its own
    int expected = 0;
    SUBCASE("ten seconds, where nothing else is said") {
        expected = 2;
    }
    SUBCASE("no time at all") {
        options.address_lifetime = 0ms;
        expected = 4;
    }
    connection_pool pool{test.context.get_executor(), options};
    for (int request = 0; request < 4; ++request) {
        CHECK(test.send(pool)->status() == 200);
        test.clock->advance(4s);
    }
    CHECK(pool.statistics().opened == 4);
    CHECK(names->times == expected);
}

TEST_CASE("addresses that cannot be connected to are asked for anew") {
    pool_fixture test;
    std::uint16_t nobody = 0;
    {
        mute_listener gone{test.context};
        nobody = gone.port();
    }
    pool_options options = options_with(test, nobody, {});
    const auto names = std::make_shared<fixed_resolver>(std::vector<std::string>{"127.0.0.9"});
    options.resolver = names;
    connection_pool pool{test.context.get_executor(), options};
    CHECK(test.send(pool)->reason() == errc::connect_failed);
    CHECK(test.send(pool)->reason() == errc::connect_failed);
    CHECK(names->times == 2);
}

TEST_CASE("connect_to moves the connection, and nothing else") {
    scripted_peer peer{identity_of(), answer_always};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    CHECK(test.send(pool)->status() == 200);  // the certificate is still demanded for api.test
    REQUIRE(peer.requests().size() == 1);
    CHECK(peer.requests().front().find("\r\nHost: api.test\r\n") != std::string::npos);

    const http_request elsewhere{"GET", "https://api.test:" + std::to_string(peer.port()) + "/"};
    const auto other_port = test.send(pool, elsewhere);  // the rule is for port 443 alone
    CHECK(other_port->reason() == errc::resolve_failed);
}

TEST_CASE("certificates that are not trusted, and why") {
    using std::chrono::system_clock;
    struct row {
        sandbox::leaf_options leaf;
        std::string why;
    };
    sandbox::leaf_options right;
    right.dns_names = {"api.test"};
    std::vector<row> rows(5, row{right, ""});
    rows[0].leaf.dns_names = {"wrong.test"};
    rows[0].why = "hostname mismatch";
    rows[1].leaf.not_after = system_clock::now() - 1min;
    rows[1].why = "certificate has expired";
    rows[2].leaf.purpose = sandbox::certificate_purpose::code_signing;
    rows[2].why = "unsuitable certificate purpose";
    rows[3].leaf.common_name = "api.test";  // a name that counts no more
    rows[3].leaf.dns_names.clear();
    rows[3].why = "hostname mismatch";
    rows[4].why = "self-signed certificate in certificate chain";
    const sandbox::certificate_authority stranger;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CAPTURE(rows[i].why);
        const auto issued = (i == 4 ? stranger : authority()).issue(rows[i].leaf);
        peer_identity identity;
        identity.chain_pem = issued.chain_pem;
        identity.key_pem = issued.key_pem;
        scripted_peer peer{identity, answer_always};
        pool_fixture test;
        connection_pool pool{test.context.get_executor(), test.options_for(peer)};
        const auto request = test.send(pool);
        CHECK(request->reason() == errc::tls_certificate_untrusted);
        REQUIRE(request->failed.has_value());
        CHECK(request->failed->detail == "the certificate of api.test:443 cannot be trusted: " + rows[i].why);
        CHECK_FALSE(request->failed->request_sent);
        CHECK(peer.requests().empty());
        CHECK(pool.statistics().connections == 0);
    }
}

TEST_CASE("an address as host is looked for among the certificate's addresses") {
    sandbox::leaf_options leaf;
    leaf.ip_addresses = {"127.0.0.1"};
    const auto issued = authority().issue(leaf);
    peer_identity identity;
    identity.chain_pem = issued.chain_pem;
    identity.key_pem = issued.key_pem;
    scripted_peer peer{identity, answer_always};
    pool_fixture test;
    connection_pool pool{test.context.get_executor(), test.options_for(peer)};
    const http_request request{"GET", "https://127.0.0.1:" + std::to_string(peer.port()) + "/"};
    CHECK(test.send(pool, request)->status() == 200);
    CHECK(test.send(pool)->reason() == errc::tls_certificate_untrusted);  // api.test is not in it
}
