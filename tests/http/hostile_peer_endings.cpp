#include "tests/http/hostile_case.hpp"

#include <boost/asio/post.hpp>
#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <string>

using namespace coauth;
using namespace coauth::test;

namespace {

const std::string forged = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nattacker";

void answer_all(peer_connection& peer) {
    for (;;) {
        peer.expect_request();
        peer.send(ok_answer);
    }
}

/// The first connection follows `misbehave` once it has read a request, all others behave.
template <class Script>
scripted_peer::script first(Script misbehave) {
    return [misbehave](peer_connection& peer, std::size_t connection) {
        if (connection == 0) {
            peer.expect_request();
            misbehave(peer);
        } else {
            answer_all(peer);
        }
    };
}

void check_answers(const outcome& came) {
    REQUIRE(came.answer);
    CHECK(came.answer->body() == "ok");
}

void check_torn(const scripted_peer::script& script, errc expected) {
    hostile_case with(script);
    const outcome came = with.post();
    REQUIRE(came.failed);
    CHECK(came.code() == expected);
    CHECK(came.failed->request_sent);
    CHECK(with.peer.requests().size() == 1);
    check_answers(with.post());
    CHECK(with.peer.connections() == 2);
}

}  // namespace

TEST_CASE("bytes behind an answer never become the next answer") {
    const std::string both = std::string(ok_answer) + forged;
    hostile_case in_one_record(first([&](peer_connection& peer) {
        peer.send(both);
        peer.wait_for_end();
    }));
    hostile_case in_one_segment(first([&](peer_connection& peer) {
        peer.send_together({std::string(ok_answer), forged});
        peer.wait_for_end();
    }));
    hostile_case of_one_byte(first([&](peer_connection& peer) {
        peer.send_together({std::string(ok_answer), "H"});
        peer.wait_for_end();
    }));
    for (hostile_case* with : {&in_one_record, &in_one_segment, &of_one_byte}) {
        check_answers(with->post());
        check_answers(with->post());
        CHECK(with->peer.connections() == 2);
    }
}

TEST_CASE("bytes on an idle connection never become an answer") {
    event answered;
    event sent;
    hostile_case with(first([&](peer_connection& peer) {
        peer.send(ok_answer);
        CHECK(answered.wait());
        peer.send(forged);
        sent.tell();
        peer.wait_for_end();
    }));
    check_answers(with.post());
    answered.tell();
    REQUIRE(sent.wait());
    check_answers(with.post());
    CHECK(with.peer.connections() == 2);
}

TEST_CASE("an idle connection that the peer closes is not used again, however it was closed") {
    for (const std::string how : {"close_notify", "without close_notify", "half closed", "reset"}) {
        CAPTURE(how);
        event answered;
        event closed;
        hostile_case with(first([&](peer_connection& peer) {
            peer.send(ok_answer);
            CHECK(answered.wait());
            if (how == "close_notify")
                peer.send_close_notify();
            if (how == "without close_notify" || how == "half closed")
                peer.half_close();
            if (how == "reset")
                peer.reset();
            closed.tell();
            if (how == "half closed" || how == "close_notify")
                peer.wait_for_end();
        }));
        check_answers(with.post());
        answered.tell();
        REQUIRE(closed.wait());
        check_answers(with.post());
        CHECK(with.peer.connections() == 2);
        CHECK(with.peer.requests().size() == 2);
    }
}

TEST_CASE("a missing close_notify harms no answer with a length") {
    hostile_case with(first([](peer_connection& peer) {
        peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        peer.half_close();
        peer.wait_for_end();
    }));
    check_answers(with.post());
    check_answers(with.post());
    CHECK(with.peer.connections() == 2);
}

TEST_CASE("a peer that says close and never closes is not waited for") {
    hostile_case with(first([](peer_connection& peer) {
        peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        peer.wait_for_end();
    }));
    check_answers(with.post());
    check_answers(with.post());
    CHECK(with.peer.connections() == 2);
}

TEST_CASE("a body that ends with its connection is taken after close_notify only") {
    hostile_case complete(first([](peer_connection& peer) {
        peer.send("HTTP/1.1 200 OK\r\n\r\nok");
        peer.send_close_notify();
        peer.wait_for_end();
    }));
    check_answers(complete.post());
    check_answers(complete.post());
    CHECK(complete.peer.connections() == 2);

    check_torn(first([](peer_connection& peer) { peer.send("HTTP/1.1 200 OK\r\n\r\nok"); }), errc::incomplete_http);
}

TEST_CASE("a torn answer is never an answer") {
    for (const std::string part :
         {"HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n", "HTTP/1.1 100 Continue\r\n\r\n"}) {
        CAPTURE(part);
        check_torn(first([part](peer_connection& peer) { peer.send(part); }), errc::incomplete_http);
        check_torn(first([part](peer_connection& peer) {
                       peer.send(part);
                       peer.send_close_notify();
                   }),
                   errc::incomplete_http);
        check_torn(first([part](peer_connection& peer) {
                       peer.send(part);
                       peer.half_close();
                       peer.wait_for_end();
                   }),
                   errc::incomplete_http);
    }
}

TEST_CASE("a connection that ends instead of an answer is lost") {
    check_torn(first([](peer_connection&) {}), errc::connection_lost);
    check_torn(first([](peer_connection& peer) { peer.send_close_notify(); }), errc::connection_lost);
    check_torn(first([](peer_connection& peer) { peer.reset(); }), errc::connection_lost);
}

TEST_CASE("an error that another user of OpenSSL has left in the thread is not the connection's") {
    const auto check = [](auto misbehave, errc expected) {
        hostile_case* self = nullptr;
        hostile_case with(first([&](peer_connection& peer) {
            event left;
            boost::asio::post(self->threads, [&] {
                ERR_raise(ERR_LIB_SSL, SSL_R_TLSV1_ALERT_INTERNAL_ERROR);
                left.tell();
            });
            CHECK(left.wait());
            misbehave(peer);
        }));
        self = &with;
        CHECK(with.post().code() == expected);
        check_answers(with.post());
    };
    check([](peer_connection&) {}, errc::connection_lost);
    check([](peer_connection& peer) { peer.send_close_notify(); }, errc::connection_lost);
    check([](peer_connection& peer) { peer.reset(); }, errc::connection_lost);
    check([](peer_connection& peer) { peer.send("HTTP/1.1 200 OK\r\n"); }, errc::incomplete_http);
    check([](peer_connection& peer) { peer.send_plain(ok_answer); }, errc::tls_handshake_failed);
}

TEST_CASE("what is sent beside TLS is no answer") {
    check_torn(first([](peer_connection& peer) {
                   peer.send_plain(ok_answer);
                   peer.wait_for_end();
               }),
               errc::tls_handshake_failed);
}

TEST_CASE("a request that may have been read is sent again only if it is idempotent and its connection had served") {
    // Every connection serves one request and ends when it has read the second.
    const auto once = [](peer_connection& peer, std::size_t) {
        peer.expect_request();
        peer.send(ok_answer);
        peer.expect_request();
    };
    hostile_case posting(once);
    check_answers(posting.post());
    const outcome lost = posting.post();
    CHECK(lost.code() == errc::connection_lost);
    REQUIRE(lost.failed);
    CHECK(lost.failed->request_sent);
    CHECK(posting.peer.requests().size() == 2);

    hostile_case getting(once);
    check_answers(getting.get());
    check_answers(getting.get());
    CHECK(getting.peer.requests().size() == 3);
    CHECK(getting.pool->statistics().replayed == 1);
}

TEST_CASE("an early answer to a large request is an answer, and its connection ends") {
    event understood;
    hostile_case with([&](peer_connection& peer, std::size_t connection) {
        if (connection > 0)
            answer_all(peer);
        peer.expect_head();
        peer.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
        CHECK(understood.wait());
    });
    http_request large = hostile_case::secret_post();
    large.append_body(std::string(16 * 1024 * 1024, 'x'));
    const outcome came = with.ask(large);
    understood.tell();
    REQUIRE(came.answer);
    CHECK(came.answer->status() == 413);
    check_answers(with.post());
    CHECK(with.peer.connections() == 2);
}
