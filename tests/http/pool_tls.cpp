#include "tests/http/pool_fixture.hpp"

#include <doctest/doctest.h>

#include <future>
#include <string>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

/// Answers with the name that the handshake asked for.
void answer_with_name(peer_connection& client, std::size_t /*connection*/) {
    for (;;) {
        client.expect_request();
        client.send(ok("<" + client.server_name() + ">"));
    }
}

/// What a pool and this peer agree on.
std::string suite_with(const peer_identity& identity) {
    pool_fixture with;
    const scripted_peer peer{identity, [](peer_connection& client, std::size_t) {
                                 client.expect_request();
                                 client.send(ok(client.cipher_suite()));
                             }};
    connection_pool pool{with.context.get_executor(), with.options_for(peer)};
    const pending_ptr asked = with.send(pool);
    REQUIRE(asked->answer);
    return std::string{asked->answer->body()};
}

}  // namespace

TEST_CASE("the handshake asks for the URL's name, wherever the connection goes") {
    pool_fixture with;
    const scripted_peer peer{identity_of(), answer_with_name};
    connection_pool pool{with.context.get_executor(), with.options_for(peer)};
    const pending_ptr asked = with.send(pool);
    REQUIRE(asked->answer);
    CHECK(asked->answer->body() == "<api.test>");
}

TEST_CASE("an address is not asked for by name, and its certificate is verified all the same") {
    pool_fixture with;
    const sandbox::issued_certificate issued = authority().issue({.dns_names = {}, .ip_addresses = {"127.0.0.1"}});
    peer_identity numbered;
    numbered.chain_pem = issued.chain_pem;
    numbered.key_pem = issued.key_pem;

    const scripted_peer peer{numbered, answer_with_name};
    connection_pool pool{with.context.get_executor(), with.options_for(peer)};
    const std::string url = "https://127.0.0.1:" + std::to_string(peer.port()) + "/";
    const pending_ptr asked = with.send(pool, {"GET", url});
    REQUIRE(asked->answer);
    CHECK(asked->answer->body() == "<>");

    const scripted_peer named{identity_of(), answer_with_name};
    const pending_ptr other = with.send(pool, {"GET", "https://127.0.0.1:" + std::to_string(named.port()) + "/"});
    CHECK(other->reason() == errc::tls_certificate_untrusted);
}

TEST_CASE("a peer that speaks nothing newer than TLS 1.1 is refused") {
    pool_fixture with;
    peer_identity old = identity_of();
    old.only_tls_1_1 = true;
    const scripted_peer peer{old, answer_with_name};
    connection_pool pool{with.context.get_executor(), with.options_for(peer)};
    const pending_ptr asked = with.send(pool);
    CHECK(asked->reason() == errc::tls_handshake_failed);
    REQUIRE(asked->failed);
    CHECK_FALSE(asked->failed->request_sent);
    CHECK(peer.requests().empty());
}

TEST_CASE("the suite that all of TLS 1.3 have is offered first, and there are others") {
    peer_identity peer = identity_of();
    CHECK(suite_with(peer) == "TLS_AES_128_GCM_SHA256");
    peer.only_suite = "TLS_AES_256_GCM_SHA384";
    CHECK(suite_with(peer) == "TLS_AES_256_GCM_SHA384");
}

TEST_CASE("a suite that OpenSSL's configuration leaves out is not offered" * doctest::skip()) {
    CHECK(suite_with(identity_of()) == "TLS_AES_256_GCM_SHA384");
}

TEST_CASE("an observer is told how long the phases took") {
    pool_fixture with;
    std::promise<void> go_on;
    const scripted_peer peer{identity_of(), [&](peer_connection& client, std::size_t) {
                                 client.expect_request();
                                 go_on.get_future().wait();
                                 client.send(ok());
                             }};
    connection_pool pool{with.context.get_executor(), with.options_for(peer)};
    const pending_ptr asked = with.begin(pool);
    with.run_until([&] { return !peer.requests().empty(); });
    with.clock->advance(3s);
    go_on.set_value();
    with.run_until_done(asked);
    REQUIRE(asked->answer);
    CHECK(with.seen->last_durations().first_byte == 3s);
    CHECK(with.seen->last_durations().total == 3s);
    CHECK(with.seen->last_durations().waiting == 0s);
}
