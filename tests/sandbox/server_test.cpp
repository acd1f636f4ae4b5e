#include <coauth/core/manual_clock.hpp>
#include <coauth/http/connection_pool.hpp>
#include <coauth/sandbox/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

namespace coauth::sandbox {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

/// A sandbox and a client of it, on four threads.
struct running_sandbox {
    explicit running_sandbox(server_options options = {}) : simulated(threads.get_executor(), std::move(options)) {}
    ~running_sandbox() {
        simulated.stop();
        threads.join();
    }

    pool_options trusting() const {
        pool_options options;
        options.tls.ca_pem = simulated.ca_pem();
        options.connect_to = simulated.connect_to();
        return options;
    }

    asio::thread_pool threads{4};
    server simulated;
};

std::future<http_response> send(running_sandbox& on, connection_pool& pool, http_request request) {
    return asio::co_spawn(on.threads, pool.send(std::move(request)), asio::use_future);
}

http_request consent(std::string_view url) {
    http_request request{"GET", url};
    request.add_header("X-Sandbox-Decision", "allow");
    request.add_header("X-Sandbox-User", "bob");
    return request;
}

http_request json_post(std::string_view url, std::string_view body) {
    http_request request{"POST", url};
    request.add_header("Content-Type", "application/json");
    request.append_body(body);
    return request;
}

std::string after(std::string_view text, std::string_view mark) {
    return std::string{text.substr(text.find(mark) + mark.size())};
}

/// A login at Hikka; returns the user's name.
std::string log_in(running_sandbox& on, connection_pool& pool) {
    const http_response redirected = send(on, pool, consent("https://hikka.io/oauth?reference=sandbox-client")).get();
    REQUIRE(redirected.status() == 302);
    const std::string reference = after(redirected.header("Location").value(), "?reference=");
    const http_response exchanged =
        send(on, pool,
             json_post("https://api.hikka.io/auth/token",
                       R"({"client_secret":"sandbox-secret","request_reference":")" + reference + "\"}"))
            .get();
    REQUIRE(exchanged.status() == 200);
    http_request me{"GET", "https://api.hikka.io/user/me"};
    me.add_header("Auth", boost::json::parse(exchanged.body()).at("secret").as_string());
    const http_response profile = send(on, pool, me).get();
    return std::string{boost::json::parse(profile.body()).at("username").as_string()};
}

TEST_CASE("a login works over verified TLS, at the real URLs, on kept connections") {
    running_sandbox on;
    connection_pool pool{on.threads.get_executor(), on.trusting()};
    CHECK(log_in(on, pool) == "bob");
    CHECK(log_in(on, pool) == "bob");
    CHECK(pool.statistics().requests == 6);
    CHECK(pool.statistics().reused > 0);
    CHECK(on.simulated.calls("hikka", "POST /auth/token") == 2);
    CHECK(on.simulated.calls("hikka", "GET /oauth") == 2);
}

TEST_CASE("every host is served under its own name") {
    running_sandbox on;
    connection_pool pool{on.threads.get_executor(), on.trusting()};
    CHECK(on.simulated.connect_to().size() == 9);
    for (const connect_override& one : on.simulated.connect_to()) {
        CAPTURE(one.host);
        CHECK(send(on, pool, {"GET", "https://" + one.host + "/nothing/here"}).get().status() == 404);
    }
}

TEST_CASE("who does not trust its authority does not reach it") {
    running_sandbox on;
    running_sandbox other;
    pool_options options = on.trusting();
    options.tls.ca_pem = other.simulated.ca_pem();
    connection_pool pool{on.threads.get_executor(), options};
    CHECK_THROWS_AS(send(on, pool, {"GET", "https://api.hikka.io/user/me"}).get(), error);
}

TEST_CASE("codes and tokens follow the given clock") {
    const auto time = std::make_shared<manual_clock>();
    running_sandbox on{{.clock = time}};
    connection_pool pool{on.threads.get_executor(), on.trusting()};
    const http_response redirected = send(on, pool, consent("https://hikka.io/oauth?reference=sandbox-client")).get();
    const std::string reference = after(redirected.header("Location").value(), "?reference=");
    time->advance(1min);
    CHECK(send(on, pool,
               json_post("https://api.hikka.io/auth/token",
                         R"({"client_secret":"sandbox-secret","request_reference":")" + reference + "\"}"))
              .get()
              .status() == 400);
}

TEST_CASE("applications, behaviour and faults are set by provider, and an unknown one is told") {
    running_sandbox on;
    connection_pool pool{on.threads.get_executor(), on.trusting()};
    application second;
    second.client_id = "second";
    second.redirect_uris = {"https://second.example/"};
    on.simulated.register_application("hikka", second);
    const http_response redirected = send(on, pool, consent("https://hikka.io/oauth?reference=second")).get();
    CHECK(redirected.header("Location")->starts_with("https://second.example/?reference="));

    on.simulated.set_fault("hikka", "GET /user/me", {.status = 429, .retry_after = 3s});
    const http_response limited = send(on, pool, {"GET", "https://api.hikka.io/user/me"}).get();
    CHECK(limited.status() == 429);
    CHECK(limited.header("Retry-After").value() == "3");
    CHECK(send(on, pool, {"GET", "https://api.hikka.io/user/me"}).get().status() == 400);

    on.simulated.set_behaviour("hikka", {.latency = 20ms});
    const auto start = std::chrono::steady_clock::now();
    CHECK(send(on, pool, {"GET", "https://api.hikka.io/user/me"}).get().status() == 400);
    CHECK(std::chrono::steady_clock::now() - start >= 20ms);

    CHECK(server::providers().size() == 5);
    for (const std::string& name : server::providers())
        CHECK_NOTHROW(on.simulated.set_behaviour(name, {}));
    CHECK_THROWS_AS(on.simulated.set_behaviour("hikkka", {}), std::invalid_argument);
    CHECK_THROWS_AS((void)on.simulated.calls("hikka", "GET /user/you"), std::invalid_argument);
}

TEST_CASE("a dropped connection had its request handled") {
    running_sandbox on;
    connection_pool pool{on.threads.get_executor(), on.trusting()};
    on.simulated.set_fault("hikka", "GET /user/me", {.drop_connection = true});
    CHECK_THROWS_AS(send(on, pool, {"GET", "https://api.hikka.io/user/me"}).get(), error);
    CHECK(on.simulated.calls("hikka", "GET /user/me") == 1);
    CHECK(send(on, pool, {"GET", "https://api.hikka.io/user/me"}).get().status() == 400);
}

TEST_CASE("stopping ends what is under way and refuses what comes") {
    running_sandbox on;
    connection_pool pool{on.threads.get_executor(), on.trusting()};
    REQUIRE(send(on, pool, {"GET", "https://api.hikka.io/user/me"}).get().status() == 400);
    on.simulated.set_behaviour("hikka", {.latency = 10min});
    std::future<http_response> waiting = send(on, pool, {"GET", "https://api.hikka.io/user/me"});
    while (on.simulated.calls("hikka", "GET /user/me") < 2)
        std::this_thread::yield();
    on.simulated.stop();
    CHECK_THROWS_AS(waiting.get(), error);
    CHECK_THROWS_AS(send(on, pool, {"GET", "https://api.hikka.io/user/me"}).get(), error);
    on.simulated.stop();
}

TEST_CASE("a server that is destroyed while many requests are under way takes nobody with it") {
    asio::thread_pool threads{4};
    for (int round = 0; round < 5; ++round) {
        auto simulated = std::make_unique<server>(threads.get_executor());
        pool_options options;
        options.tls.ca_pem = simulated->ca_pem();
        options.connect_to = simulated->connect_to();
        connection_pool pool{threads.get_executor(), options};
        std::vector<std::future<http_response>> answers;
        for (int call = 0; call < 40; ++call)
            answers.push_back(asio::co_spawn(
                threads, pool.send(consent("https://hikka.io/oauth?reference=sandbox-client")), asio::use_future));
        answers.front().wait();
        simulated.reset();
        unsigned ended = 0;
        for (std::future<http_response>& one : answers) {
            try {
                ended += one.get().status() == 302;
            } catch (const error&) {
                ++ended;
            }
        }
        CHECK(ended == answers.size());
    }
    threads.join();
}

TEST_CASE("many callers on many threads are all served") {
    running_sandbox on;
    connection_pool pool{on.threads.get_executor(), on.trusting()};
    std::vector<std::future<http_response>> answers;
    for (int call = 0; call < 300; ++call)
        answers.push_back(send(on, pool, consent("https://hikka.io/oauth?reference=sandbox-client")));
    for (std::future<http_response>& one : answers)
        CHECK(one.get().status() == 302);
    CHECK(on.simulated.calls("hikka", "GET /oauth") == 300);
}

TEST_CASE("an address that is taken or none is told at once") {
    running_sandbox on;
    CHECK_THROWS_AS((server{on.threads.get_executor(), {.port = on.simulated.port()}}), boost::system::system_error);
    CHECK_THROWS_AS((server{on.threads.get_executor(), {.address = "nowhere"}}), boost::system::system_error);
}

}  // namespace
}  // namespace coauth::sandbox
