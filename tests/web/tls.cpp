#include "sandbox/certificate_authority.hpp"
#include "tests/web/raw_client.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace web::test {
namespace {

using namespace std::chrono_literals;

/// A certificate for a.example in files.
class certificate_files {
public:
    certificate_files() {
        std::filesystem::create_directories(folder_);
        const coauth::sandbox::issued_certificate issued = authority.issue({.dns_names = {"a.example"}});
        std::ofstream(files.certificate_chain) << issued.chain_pem;
        std::ofstream(files.private_key) << issued.key_pem;
    }
    ~certificate_files() { std::filesystem::remove_all(folder_); }

private:
    const std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("coauth-web-" + std::to_string(::getpid()));

public:
    coauth::sandbox::certificate_authority authority;
    tls_files files{(folder_ / "chain.pem").string(), (folder_ / "key.pem").string()};
};

server_options with(const tls_files& files) {
    server_options options;
    options.tls = files;
    return options;
}

/// A client that trusts the authority and checks the name.
std::string ask_over_tls(const certificate_files& known, const http_server& server, int version) {
    asio::io_context context;
    asio::ssl::context trusted(asio::ssl::context::tls_client);
    trusted.add_certificate_authority(asio::buffer(known.authority.ca_pem()));
    trusted.set_verify_mode(asio::ssl::verify_peer);
    trusted.set_verify_callback(asio::ssl::host_name_verification("a.example"));
    SSL_CTX_set_max_proto_version(trusted.native_handle(), version);
    asio::ssl::stream<tcp::socket> stream(context, trusted);
    stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), server.port()});
    stream.handshake(asio::ssl::stream_base::client);
    const std::string asked = "GET /tls HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";
    asio::write(stream, asio::buffer(asked));
    std::string read;
    boost::system::error_code ended;
    asio::read(stream, asio::dynamic_buffer(read), ended);
    return ended == asio::error::eof ? read : ended.message();  // eof: closed as TLS closes
}

TEST_CASE("requests come over TLS 1.2 and 1.3, and nothing older") {
    const certificate_files known;
    running_server run(echo, with(known.files));
    CHECK(ask_over_tls(known, run.server, TLS1_2_VERSION).ends_with("GET /tls "));
    CHECK(ask_over_tls(known, run.server, TLS1_3_VERSION).ends_with("GET /tls "));
    CHECK_THROWS_AS(ask_over_tls(known, run.server, TLS1_1_VERSION), boost::system::system_error);
}

TEST_CASE("who does not shake hands in time, or does not speak TLS, is closed") {
    const certificate_files known;
    server_options hasty = with(known.files);
    hasty.read_timeout = 5ms;
    running_server run(echo, hasty);
    raw_client silent(run.server);
    CHECK(silent.rest().empty());
    const std::string answer = raw_client(run.server).talk("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(answer.find("HTTP/1.1") == std::string::npos);
}

TEST_CASE("a certificate or key that cannot be used is named") {
    const certificate_files known;
    asio::io_context context;
    const tls_files no_chain{"/nowhere/chain.pem", known.files.private_key};
    CHECK_THROWS_WITH_AS(http_server(context.get_executor(), with(no_chain), echo),
                         doctest::Contains("/nowhere/chain.pem"), boost::system::system_error);
    const tls_files no_key{known.files.certificate_chain, known.files.certificate_chain};
    CHECK_THROWS_WITH_AS(http_server(context.get_executor(), with(no_key), echo), doctest::Contains("private key"),
                         boost::system::system_error);
}

}  // namespace
}  // namespace web::test
