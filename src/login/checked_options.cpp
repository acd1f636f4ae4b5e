#include "login/checked_options.hpp"

#include "core/option_checks.hpp"

#include <coauth/login/login_broker.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace coauth::login {

namespace {

using namespace std::chrono_literals;

template <class Duration>
void check_time(const option_checks& checks, Duration value, Duration least, Duration most, const char* name) {
    if (value < least || value > most) {
        checks.refuse(name, "is too short or too long; docs/login.md has the limits");
    }
}

bool is_cookie_name(const std::string& name) {
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

}  // namespace

login_options checked_options(login_options given) {
    const option_checks checks{"login_options", "begin"};
    check_time<std::chrono::seconds>(checks, given.lifetime, 1s, 24h, "lifetime");
    check_time<std::chrono::milliseconds>(checks, given.completion_timeout, 1ms, 1h, "completion_timeout");
    check_time<std::chrono::milliseconds>(checks, given.wait_timeout, 1ms, 24h, "wait_timeout");
    checks.range(given.max_per_browser, 1, 20, "max_per_browser");
    if (!is_cookie_name(given.cookie_name)) {
        checks.refuse("cookie_name", "has to be 1 to 64 letters, digits and \"-\"");
    }
    if (!given.clock) {
        given.clock = system_clock();
    }
    if (!given.random) {
        given.random = system_random();
    }
    return given;
}

void check(const kept_logins& how) {
    option_checks{"kept_logins", "begin"}.range(how.max_logins, 1, 100'000'000, "max_logins");
}

void check(const sealed_logins& how) {
    option_checks{"sealed_logins", "begin"}.range(how.remembered, 1, 100'000'000, "remembered");
}

void check(const begin_options& options) {
    const option_checks checks{"begin_options", "begin"};
    if (options.ask.state) {
        checks.refuse("ask.state", "has to stay empty: the broker makes the state");
    }
    if (options.return_to.size() > 1024 || !is_own_path(options.return_to)) {
        checks.refuse("return_to", "has to be a path of this site, \"/games?id=7\", of at most 1,024 bytes");
    }
    checks.range(options.tag.size(), 0, 256, "tag.size()");
    checks.range(options.account.size(), 0, 256, "account.size()");
}

}  // namespace coauth::login
