#include "http/pool_policy.hpp"

#include <algorithm>
#include <string>

namespace coauth::http {
namespace {

constexpr unsigned most_attempts = 3;

std::chrono::milliseconds limit_of(phase now, const pool_options& limits) noexcept {
    switch (now) {
        case phase::resolving:
        case phase::connecting:
            return limits.connect_timeout;
        case phase::tunnelling:
        case phase::handshaking:
            return limits.handshake_timeout;
        case phase::answering:
            return limits.response_timeout;
        case phase::receiving:
            break;
    }
    return std::chrono::milliseconds::max();
}

}  // namespace

std::size_t queued(const origin_load& load) noexcept {
    return load.waiting > load.opening ? load.waiting - load.opening : 0;
}

std::size_t connections_to_open(const origin_load& load, const pool_options& limits) noexcept {
    const std::size_t most = limits.max_connections_per_origin;
    return std::min(queued(load), most > load.connections ? most - load.connections : 0);
}

bool may_wait(const origin_load& load, const pool_options& limits) noexcept {
    return load.connections < limits.max_connections_per_origin || queued(load) < limits.max_waiting_per_origin;
}

std::optional<errc> overdue(phase now, std::chrono::nanoseconds elapsed, const pool_options& limits) noexcept {
    if (now == phase::receiving || elapsed < limit_of(now, limits)) {
        return std::nullopt;
    }
    switch (now) {
        case phase::resolving:
            return errc::timeout_resolve;
        case phase::connecting:
        case phase::tunnelling:
            return errc::timeout_connect;
        case phase::handshaking:
            return errc::timeout_handshake;
        case phase::answering:
        case phase::receiving:
            break;
    }
    return errc::timeout_response;
}

std::string describe_overdue(phase now, const pool_options& limits) {
    const std::string within = " within " + describe_duration(limit_of(now, limits));
    switch (now) {
        case phase::resolving:
            return "the name was not resolved" + within;
        case phase::connecting:
            return "no address took the connection" + within;
        case phase::tunnelling:
            return "the proxy did not open the tunnel" + within;
        case phase::handshaking:
            return "TLS was not agreed" + within;
        case phase::answering:
        case phase::receiving:
            break;
    }
    return "no answer began" + within;
}

std::optional<close_reason> outlived(std::chrono::nanoseconds idle, std::chrono::nanoseconds age,
                                     const pool_options& limits) noexcept {
    if (age >= limits.max_connection_age) {
        return close_reason::age;
    }
    if (idle >= limits.idle_timeout) {
        return close_reason::idle;
    }
    return std::nullopt;
}

bool may_replay(const failed_attempt& attempt) noexcept {
    return attempt.reused && !attempt.answer_begun && (attempt.idempotent || !attempt.request_begun) &&
           attempt.number < most_attempts;
}

std::string describe_duration(std::chrono::milliseconds duration) {
    const auto count = duration.count();
    return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

}  // namespace coauth::http
