#include "tests/http/hostile_case.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace coauth;
using namespace coauth::test;
using namespace std::chrono_literals;

namespace {

void answer_all(peer_connection& peer, std::size_t) {
    for (;;) {
        peer.expect_request();
        peer.send(ok_answer);
    }
}

/// Nothing of the request reaches a peer of this identity.
void check_untrusted(const peer_identity& identity) {
    hostile_case with(answer_all, identity);
    for (int i = 0; i < 2; ++i) {
        const outcome came = with.post();
        CHECK(came.code() == errc::tls_certificate_untrusted);
        REQUIRE(came.failed);
        CHECK_FALSE(came.failed->request_sent);
    }
    CHECK(with.peer.requests().empty());
    CHECK(with.pool->statistics().opened == 0);
}

sandbox::leaf_options leaf(std::string name) {
    return {.common_name = name, .dns_names = {name}};
}

}  // namespace

TEST_CASE("a right certificate is taken, also with TLS 1.2") {
    peer_identity older = right_identity();
    older.only_tls_1_2 = true;
    for (const peer_identity& identity : {right_identity(), older}) {
        hostile_case with(answer_all, identity);
        const outcome came = with.post();
        REQUIRE(came.answer);
        CHECK(came.answer->body() == "ok");
    }
}

TEST_CASE("a certificate for another name is refused") {
    for (const std::string name : {"wrong.example", "example", "sub.provider.example", "provider.example.evil.example",
                                   "*.provider.example", "*.example.provider"}) {
        CAPTURE(name);
        check_untrusted(identity_of(trusted_authority(), leaf(name)));
    }
    sandbox::leaf_options address{.common_name = "provider.example", .dns_names = {}, .ip_addresses = {"127.0.0.1"}};
    check_untrusted(identity_of(trusted_authority(), address));
}

TEST_CASE("a common name is no name") {
    check_untrusted(identity_of(trusted_authority(), {.common_name = "provider.example"}));
}

TEST_CASE("a certificate out of its dates is refused") {
    const auto now = std::chrono::system_clock::now();
    auto expired = leaf("provider.example");
    expired.not_before = now - 48h;
    expired.not_after = now - 24h;
    check_untrusted(identity_of(trusted_authority(), expired));
    auto early = leaf("provider.example");
    early.not_before = now + 24h;
    early.not_after = now + 48h;
    check_untrusted(identity_of(trusted_authority(), early));
}

TEST_CASE("a certificate of an authority that nobody trusts is refused") {
    const sandbox::certificate_authority unknown{"unknown authority"};
    check_untrusted(identity_of(unknown, leaf("provider.example")));
    const sandbox::certificate_authority namesake{"trusted authority"};
    check_untrusted(identity_of(namesake, leaf("provider.example")));
}

TEST_CASE("a certificate for another purpose is refused") {
    for (const auto purpose : {sandbox::certificate_purpose::client, sandbox::certificate_purpose::code_signing}) {
        auto wrong = leaf("provider.example");
        wrong.purpose = purpose;
        check_untrusted(identity_of(trusted_authority(), wrong));
    }
}

TEST_CASE("a peer that does not speak TLS gets nothing") {
    const std::vector<scripted_peer::script> scripts = {
        [](peer_connection& peer, std::size_t) {
            peer.send_plain("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            peer.wait_for_end();
        },
        [](peer_connection& peer, std::size_t) {
            peer.send_plain("SSH-2.0-OpenSSH_9.2p1\r\n");
            peer.wait_for_end();
        },
        [](peer_connection& peer, std::size_t) {
            peer.half_close();
            peer.wait_for_end();
        },
        [](peer_connection& peer, std::size_t) {
            peer.expect_client_hello();
            peer.reset();
        },
    };
    for (const auto& script : scripts) {
        hostile_case with(script, {.chain_pem = {}, .key_pem = {}, .speaks_tls = false});
        const outcome came = with.post();
        REQUIRE(came.failed);
        CHECK(came.code() == errc::tls_handshake_failed);
        CHECK_FALSE(came.failed->request_sent);
    }
}

TEST_CASE("a server that wants a certificate we do not have is a TLS failure, whenever it says so") {
    for (const bool only_tls_1_2 : {false, true}) {
        CAPTURE(only_tls_1_2);
        peer_identity wants = right_identity();
        wants.client_ca_pem = trusted_authority().ca_pem();
        wants.only_tls_1_2 = only_tls_1_2;
        hostile_case with(answer_all, wants);
        const outcome came = with.post();
        CHECK(came.code() == errc::tls_handshake_failed);
        CHECK(with.peer.requests().empty());
    }
}
