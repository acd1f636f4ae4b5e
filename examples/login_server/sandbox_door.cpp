#include "login_server/sandbox_door.hpp"

#include <algorithm>

namespace login_server {
namespace {

constexpr std::string_view mount = "/sandbox/";
constexpr std::string_view scheme = "https://";
constexpr std::string_view browser_cookie = "sandbox-browser";

web::response copy_of(const coauth::http_response& shown) {
    web::response made(shown.status());
    for (const char* name : {"Content-Type", "Location", "Set-Cookie", "Content-Security-Policy"}) {
        if (const auto value = shown.header(name)) {
            made.headers.push_back({name, std::string(*value)});
        }
    }
    made.body = shown.body();
    return made;
}

}  // namespace

sandbox_door::sandbox_door(coauth::transport& via, const coauth::sandbox::server& to) : via_(via) {
    for (const coauth::connect_override& each : to.connect_to()) {
        hosts_.push_back(each.host);
    }
}

std::string sandbox_door::browser_url(const std::string& url) {
    std::string rest = url.starts_with(scheme) ? url.substr(scheme.size()) : url;
    const std::size_t end = rest.find_first_of("/?#");
    if (end != std::string::npos && rest[end] != '/') {
        rest.insert(end, "/");
    }
    return std::string(mount) + rest;
}

coauth::awaitable<web::response> sandbox_door::pass_on(web::request asked) const {
    const std::string rest = asked.target.substr(mount.size());
    const std::string host = rest.substr(0, rest.find('/'));
    if (std::ranges::find(hosts_, host) == hosts_.end() || rest.size() == host.size()) {
        co_return web::response{404, "text/plain; charset=utf-8", "The sandbox has no such provider.\n"};
    }
    coauth::http_request shown(asked.method == "POST" ? "POST" : "GET", std::string(scheme) + rest);
    shown.add_header("X-Forwarded-Prefix", std::string(mount) + host);
    for (const char* name : {"Content-Type", "X-Sandbox-Decision", "X-Sandbox-User"}) {
        if (const std::string_view value = asked.header_value(name); !value.empty()) {
            shown.add_header(name, value);
        }
    }
    if (const std::string_view browser = asked.cookie(browser_cookie); !browser.empty()) {
        shown.add_header("Cookie", std::string(browser_cookie) + "=" + std::string(browser));
    }
    shown.append_body(asked.body);
    const coauth::http_response answer = co_await via_.send(std::move(shown));
    co_return copy_of(answer);
}

}  // namespace login_server
