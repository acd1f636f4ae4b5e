#include "tests/http/hostile_case.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <utility>

namespace coauth::test {

using namespace std::chrono_literals;

namespace {

void check_keeps_secrets(const error& thrown) {
    const failure& why = thrown.details();
    for (const std::string& text : {why.message(), why.detail, why.provider_code, why.provider_text,
                                    std::string(thrown.what()), thrown.code().message()}) {
        CHECK(text.find("s3cret") == std::string::npos);
        CHECK(text.find('\n') == std::string::npos);
    }
    CHECK_FALSE(why.detail.empty());
}

pool_options with_peer(pool_options options, const hostile_case& of) {
    options.tls.ca_pem = trusted_authority().ca_pem();
    options.connect_to.push_back(
        {.host = "provider.example", .port = 443, .to_host = "127.0.0.1", .to_port = of.peer.port()});
    if (!options.clock)
        options.clock = std::make_shared<manual_clock>();
    options.observer = of.closed;
    return options;
}

}  // namespace

const sandbox::certificate_authority& trusted_authority() {
    static const sandbox::certificate_authority authority{"trusted authority"};
    return authority;
}

peer_identity identity_of(const sandbox::certificate_authority& authority, const sandbox::leaf_options& options) {
    const sandbox::issued_certificate issued = authority.issue(options);
    return {.chain_pem = issued.chain_pem, .key_pem = issued.key_pem};
}

peer_identity right_identity() {
    static const peer_identity identity =
        identity_of(trusted_authority(), {.common_name = "provider", .dns_names = {"provider.example"}});
    return identity;
}

void event::tell() {
    const std::lock_guard lock(guard_);
    told_ = true;
    changed_.notify_all();
}

bool event::wait() {
    std::unique_lock lock(guard_);
    return changed_.wait_for(lock, 60s, [this] { return told_; });
}

void closings::connection_closed(const connection_event&, close_reason reason) {
    const std::lock_guard lock(guard_);
    reasons_.push_back(reason);
}

std::vector<close_reason> closings::reasons() const {
    const std::lock_guard lock(guard_);
    return reasons_;
}

hostile_case::hostile_case(scripted_peer::script script, peer_identity identity, pool_options options)
    : peer(std::move(identity), std::move(script)) {
    pool.emplace(threads.get_executor(), with_peer(std::move(options), *this));
}

hostile_case::~hostile_case() {
    pool.reset();
    threads.join();
}

outcome hostile_case::ask(const http_request& request) {
    auto answer = boost::asio::co_spawn(threads, pool->send(request), boost::asio::use_future);
    REQUIRE(answer.wait_for(60s) == std::future_status::ready);
    try {
        return {.answer = answer.get()};
    } catch (const error& thrown) {
        check_keeps_secrets(thrown);
        return {.failed = thrown.details()};
    }
}

http_request hostile_case::secret_get(std::string_view method) {
    http_request request{method, "https://provider.example/userinfo?key=s3cret-key"};
    request.set_safe_url("https://provider.example/userinfo?key={key}");
    request.add_header("Authorization", "Bearer s3cret-token");
    request.idempotent = true;
    return request;
}

http_request hostile_case::secret_post() {
    http_request request{"POST", "https://provider.example/token"};
    request.set_safe_url(request.url());
    request.add_header("Content-Type", "application/x-www-form-urlencoded");
    request.append_body("code=s3cret-code&client_secret=s3cret");
    return request;
}

}  // namespace coauth::test
