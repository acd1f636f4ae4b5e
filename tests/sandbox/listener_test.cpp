#include "sandbox/tls_listener.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <mutex>
#include <string>
#include <vector>

namespace coauth::sandbox {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// A listener that tells what it was asked.
struct echo {
    answer handle(const request& received) {
        const std::scoped_lock lock{mutex};
        heard.push_back(received);
        answer made;
        made.message = text_response(200, received.method + " " + received.host + " " + received.target);
        return made;
    }

    ~echo() {
        listener.stop();
        threads.join();
    }

    std::mutex mutex;
    std::vector<request> heard;
    certificate_authority authority;
    asio::thread_pool threads{2};
    tls_listener listener{threads.get_executor(), "127.0.0.1", 0, authority.issue({.dns_names = {"a.example"}}),
                          [this](const request& received) { return handle(received); }};
};

/// A connection that sends raw bytes and blocks.
struct raw_client {
    explicit raw_client(const tls_listener& peer, int version = TLS1_3_VERSION, SSL_SESSION* session = nullptr) {
        SSL_set_max_proto_version(stream.native_handle(), version);
        stream.lowest_layer().connect({asio::ip::make_address("127.0.0.1"), peer.port()});
        if (session)
            SSL_set_session(stream.native_handle(), session);
        stream.handshake(asio::ssl::stream_base::client);
    }

    /// All that comes back until the peer closes.
    std::string talk(const std::string& bytes) {
        error_code failed;
        asio::write(stream, asio::buffer(bytes), failed);
        std::string read;
        asio::read(stream, asio::dynamic_buffer(read), failed);
        clean_end = failed == asio::error::eof;
        return read;
    }

    asio::io_context context;
    asio::ssl::context tls{asio::ssl::context::tls_client};
    asio::ssl::stream<tcp::socket> stream{context, tls};
    bool clean_end = false;
};

int count(const std::string& text, const std::string& part) {
    int found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

TEST_CASE("a request arrives as it was sent, its host without port and in lower case") {
    echo peer;
    raw_client client{peer.listener};
    const std::string read = client.talk(
        "POST /a%20b?c=d HTTP/1.1\r\nHost: A.Example:443\r\nX-One: 1\r\nContent-Length: 3\r\n"
        "Connection: close\r\n\r\nxyz");
    CHECK(read.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(read.ends_with("\r\n\r\nPOST a.example /a%20b?c=d"));
    CHECK(client.clean_end);
    REQUIRE(peer.heard.size() == 1);
    CHECK(peer.heard[0].body == "xyz");
    CHECK(*peer.heard[0].header("x-one") == "1");
    CHECK(peer.heard[0].peer_address == "127.0.0.1");
}

TEST_CASE("a connection is kept, pipelined requests are answered in order") {
    echo peer;
    const std::string read = raw_client{peer.listener}.talk(
        "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
        "HEAD /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(count(read, "HTTP/1.1 200 OK") == 3);
    CHECK(read.find("GET a /1") < read.find("GET a /2"));
    CHECK(read.find("HEAD a") == std::string::npos);
}

TEST_CASE("what is no request, or too large, is refused and ends the connection") {
    echo peer;
    CHECK(raw_client{peer.listener}.talk("nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
    CHECK(raw_client{peer.listener}
              .talk("GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + std::string(20'000, 'x') + "\r\n\r\n")
              .starts_with("HTTP/1.1 431 "));
    CHECK(raw_client{peer.listener}
              .talk("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
              .starts_with("HTTP/1.1 413 "));
    CHECK(peer.heard.empty());
}

TEST_CASE("a TLS session is resumed by its ticket, in both versions") {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        echo peer;
        raw_client first{peer.listener, version};
        const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        REQUIRE(!first.talk(bytes).empty());
        CHECK(SSL_session_reused(first.stream.native_handle()) == 0);
        SSL_SESSION* session = SSL_get1_session(first.stream.native_handle());
        raw_client second{peer.listener, version, session};
        CHECK(SSL_session_reused(second.stream.native_handle()) == 1);
        CHECK(!second.talk(bytes).empty());
        SSL_SESSION_free(session);
    }
}

TEST_CASE("a version older than TLS 1.2 gets no handshake") {
    echo peer;
    asio::io_context context;
    asio::ssl::context tls{asio::ssl::context::tls_client};
    SSL_CTX_set_security_level(tls.native_handle(), 0);
    SSL_CTX_set_max_proto_version(tls.native_handle(), TLS1_1_VERSION);
    asio::ssl::stream<tcp::socket> stream{context, tls};
    stream.lowest_layer().connect({asio::ip::make_address("127.0.0.1"), peer.listener.port()});
    error_code failed;
    stream.handshake(asio::ssl::stream_base::client, failed);
    CHECK(failed);
}

TEST_CASE("a handler that throws is a 500 and no more") {
    certificate_authority authority;
    echo peer;
    tls_listener failing{peer.threads.get_executor(), "127.0.0.1", 0, authority.issue({}),
                         [](const request&) -> answer { throw std::runtime_error{"broken"}; }};
    const std::string read = raw_client{failing}.talk("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(read.starts_with("HTTP/1.1 500 "));
    CHECK(read.ends_with("The sandbox failed: broken\n"));
}

}  // namespace
}  // namespace coauth::sandbox
