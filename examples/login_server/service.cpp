#include "login_server/service.hpp"

#include "login_server/assets.hpp"

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>

namespace login_server {
namespace {

constexpr std::string_view login_prefix = "/login/";
constexpr std::string_view callback_prefix = "/callback/";
constexpr std::string_view sandbox_prefix = "/sandbox/";

bool is_among(std::string_view methods, std::string_view method) {
    while (!methods.empty()) {
        const std::string_view each = methods.substr(0, methods.find(", "));
        if (each == method) {
            return true;
        }
        methods.remove_prefix(std::min(each.size() + 2, methods.size()));
    }
    return false;
}

web::response asset_answer(const asset& found) {
    web::response made{200, std::string(found.type), std::string(found.content)};
    made.headers.push_back({"Cache-Control", "public, max-age=300"});
    return made;
}

web::response not_found() {
    return message_answer(404, "There is nothing here", "The address may be mistyped, or the page is gone.");
}

}  // namespace

service::service(coauth::executor where, configuration settings, coauth::pool_options outside, event_log& log,
                 std::function<std::size_t()> connections, const coauth::sandbox::server* sandbox)
    : all_(std::move(where), std::move(settings), std::move(outside), log),
      connections_(std::move(connections)),
      logins_(
          all_, sandbox ? browser_url(&sandbox_door::browser_url) : [](const std::string& url) { return url; }),
      accounts_(all_) {
    if (sandbox) {
        sandbox_.emplace(all_.pool, *sandbox);
    }
}

coauth::awaitable<web::response> service::answer(web::request asked) {
    const auto begun = std::chrono::steady_clock::now();
    const destination to = find(asked.path);
    web::request kept;  // for the log, and nothing that is secret
    kept.method = asked.method;
    kept.address = all_.address_of(asked);
    web::response made;
    try {
        std::optional<web::response> refused = refusal(to, asked);
        if (refused) {
            made = std::move(*refused);
        } else {
            made = co_await lead(to, std::move(asked));
        }
    } catch (const std::exception& failed) {
        all_.log.write("error", {{"route", to.route}, {"detail", failed.what()}});
        made = message_answer(500, "That did not work", "The server has failed. Please try again.");
    }
    add_security_headers(made, is_https(all_.settings));
    tell(kept, to, made, std::chrono::steady_clock::now() - begun);
    co_return made;
}

service::destination service::find(std::string_view path) const {
    for (const std::string_view each : {"/", "/me", "/healthz", "/metrics"}) {
        if (path == each) {
            return {each};
        }
    }
    for (const std::string_view each : {"/me/refresh", "/me/sign-out"}) {
        if (path == each) {
            return {each, nullptr, "POST"};
        }
    }
    if (const asset* found = find_asset(path)) {
        return {found->path};
    }
    if (path.starts_with(login_prefix)) {
        if (const served_provider* at = all_.find(path.substr(login_prefix.size()))) {
            return {"/login/{provider}", at, "GET"};
        }
    }
    if (path.starts_with(callback_prefix)) {
        if (const served_provider* at = all_.find(path.substr(callback_prefix.size()))) {
            return {"/callback/{provider}", at, "GET, POST"};
        }
    }
    if (sandbox_ && path.starts_with(sandbox_prefix)) {
        return {"/sandbox/{host}", nullptr, "GET, HEAD, POST"};
    }
    return {};
}

/// Requests for another host are led to the right one: a login's cookies belong to a single name. Whoever looks after
/// the server may come by its address.
std::optional<web::response> service::refusal(const destination& to, const web::request& asked) const {
    const std::string_view own =
        std::string_view(all_.settings.public_url).substr(all_.settings.public_url.find("//") + 2);
    const bool is_inspection = to.route == "/healthz" || to.route == "/metrics";
    if (!is_inspection && !boost::urls::grammar::ci_is_equal(asked.header_value("Host"), own)) {
        if (asked.method == "GET" || asked.method == "HEAD") {
            return redirect_answer(all_.settings.public_url + "/");
        }
        return message_answer(421, "This is another place", "Please begin at " + all_.settings.public_url + ".");
    }
    if (to.route == "(none)") {
        return not_found();
    }
    if (!is_among(to.methods, asked.method)) {
        web::response made = message_answer(405, "That cannot be done here",
                                            "This address takes " + std::string(to.methods) + " alone.");
        made.headers.push_back({"Allow", std::string(to.methods)});
        return made;
    }
    return std::nullopt;
}

coauth::awaitable<web::response> service::lead(const destination& to, web::request asked) {
    if (to.route == "/login/{provider}") {
        co_return logins_.begin(*to.at, asked);
    }
    if (to.route == "/callback/{provider}") {
        co_return co_await logins_.finish(*to.at, std::move(asked));
    }
    if (to.route == "/me") {
        co_return co_await accounts_.show(std::move(asked));
    }
    if (to.route == "/me/refresh") {
        co_return co_await accounts_.refresh(std::move(asked));
    }
    if (to.route == "/me/sign-out") {
        co_return co_await accounts_.sign_out(std::move(asked));
    }
    if (to.route == "/sandbox/{host}") {
        co_return co_await sandbox_->pass_on(std::move(asked));
    }
    if (to.route == "/healthz") {
        co_return health();
    }
    if (to.route == "/metrics") {
        co_return metrics(asked);
    }
    const asset* const file = find_asset(to.route);
    co_return file ? asset_answer(*file) : logins_.sign_in(asked);
}

web::response service::health() const {
    return closing_ ? web::response{503, "text/plain; charset=utf-8", "closing\n"}
                    : web::response{200, "text/plain; charset=utf-8", "ok\n"};
}

web::response service::metrics(const web::request& asked) const {
    const std::vector<std::string>& from = all_.settings.metrics_from;
    if (std::ranges::find(from, all_.address_of(asked)) == from.end()) {
        return not_found();
    }
    return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_of(all_, connections_())};
}

void service::tell(const web::request& asked, const destination& to, const web::response& made,
                   measurements::duration took) {
    all_.measured.request(to.route, made.status, took);
    all_.log.write("request", {{"method", asked.method},
                               {"route", to.route},
                               {"status", made.status},
                               {"microseconds", std::chrono::round<std::chrono::microseconds>(took).count()},
                               {"address", asked.address}});
}

coauth::awaitable<void> service::close_logins(std::chrono::milliseconds grace) {
    closing_ = true;
    const std::size_t left = co_await all_.broker.close(grace);
    all_.log.write("logins closed", {{"left", left}});
}

coauth::awaitable<void> service::close() {
    const std::size_t lost = co_await all_.cache.close();
    all_.pool.close();
    all_.log.write("closed", {{"tokens_lost", lost}});
}

}  // namespace login_server
