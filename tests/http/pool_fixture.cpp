#include "tests/http/pool_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace coauth::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

awaitable<void> send_to(connection_pool& pool, http_request request, pending_ptr into) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    try {
        into->answer = co_await pool.send(std::move(request));
    } catch (const error& thrown) {
        into->failed = thrown.details();
    }
    into->done = true;
}

}  // namespace

const sandbox::certificate_authority& authority() {
    static const sandbox::certificate_authority only;
    return only;
}

peer_identity identity_of(const std::string& name) {
    sandbox::leaf_options leaf;
    leaf.common_name = name;
    leaf.dns_names = {name};
    const sandbox::issued_certificate issued = authority().issue(leaf);
    peer_identity identity;
    identity.chain_pem = issued.chain_pem;
    identity.key_pem = issued.key_pem;
    return identity;
}

std::string ok(std::string_view body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

void answer_always(peer_connection& client, std::size_t /*connection*/) {
    for (;;) {
        client.expect_request();
        client.send(ok());
    }
}

http_request get(std::string path, bool idempotent) {
    http_request request{"GET", "https://api.test" + path};
    request.set_safe_url("https://api.test/safe");
    request.provider = "tester";
    request.operation = "userinfo";
    request.idempotent = idempotent;
    return request;
}

request_durations recorder::last_durations() const {
    const std::scoped_lock lock{mutex_};
    return last_durations_;
}

std::vector<std::string> recorder::addresses() const {
    const std::scoped_lock lock{mutex_};
    return addresses_;
}

void recorder::note(std::string line) {
    const std::scoped_lock lock{mutex_};
    lines_.push_back(std::move(line));
}

void recorder::connection_opened(const connection_event& event) {
    {
        const std::scoped_lock lock{mutex_};
        addresses_.emplace_back(event.address);
    }
    note("opened " + std::to_string(event.connection) + (event.resumed ? " resumed" : ""));
}

void recorder::connection_reused(const connection_event& event) {
    note("reused " + std::to_string(event.connection));
}

void recorder::connection_closed(const connection_event& event, close_reason reason) {
    note("closed " + std::to_string(event.connection) + ": " + std::string{name_of(reason)});
}

void recorder::request_started(const request_event& event) {
    note("started " + std::to_string(event.request));
}

void recorder::request_ended(const request_event& event, unsigned status, const failure* failed,
                             const request_durations& durations) {
    {
        const std::scoped_lock lock{mutex_};
        last_durations_ = durations;
    }
    note("ended " + std::to_string(event.request) + ": " +
         (failed != nullptr ? std::string{name_of(failed->code)} : std::to_string(status)));
}

std::vector<std::string> recorder::lines() const {
    const std::scoped_lock lock{mutex_};
    return lines_;
}

bool recorder::has(std::string_view line) const {
    const std::scoped_lock lock{mutex_};
    return std::ranges::find(lines_, line) != lines_.end();
}

std::optional<errc> pending::reason() const {
    return failed ? std::optional{failed->code} : std::nullopt;
}

pool_fixture::pool_fixture() = default;

pool_options pool_fixture::options_for(const scripted_peer& peer) const {
    return options_for(peer.port());
}

pool_options pool_fixture::options_for(std::uint16_t port) const {
    pool_options options;
    options.tls.ca_pem = authority().ca_pem();
    options.clock = clock;
    options.observer = seen;
    connect_override here;
    here.host = "API.test";
    here.to_host = "127.0.0.1";
    here.to_port = port;
    options.connect_to.push_back(here);
    return options;
}

pending_ptr pool_fixture::begin(connection_pool& pool, http_request request) {
    auto begun = std::make_shared<pending>();
    asio::co_spawn(context, send_to(pool, std::move(request), begun),
                   asio::bind_cancellation_slot(begun->cancel.slot(), [](std::exception_ptr thrown) {
                       if (thrown) {
                           std::rethrow_exception(thrown);
                       }
                   }));
    return begun;
}

pending_ptr pool_fixture::send(connection_pool& pool, http_request request) {
    pending_ptr begun = begin(pool, std::move(request));
    run_until_done(begun);
    return begun;
}

void pool_fixture::run_until(const std::function<bool()>& true_now) {
    const auto patience = std::chrono::steady_clock::now() + 20s;
    while (!true_now()) {
        REQUIRE(std::chrono::steady_clock::now() < patience);
        context.restart();
        context.run_one_for(10ms);
    }
}

void pool_fixture::run_until_done(const pending_ptr& request) {
    run_until([&] { return request->done; });
}

bool is_quiet(const pool_statistics& now) {
    // One may be being opened still, for a request that another connection has served meanwhile.
    return now.opened - now.closed == now.idle && now.waiting == 0;
}

}  // namespace coauth::test
