#include "service.hpp"

#include "bearer.hpp"
#include "http_answer.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace vk_token_api {

using coauth::awaitable;

service::service(jwt_rules rules, api& endpoints, settings_page& page, std::shared_ptr<const coauth::clock> clock,
                 event_log log)
    : rules_(std::move(rules)), endpoints_(endpoints), page_(page), clock_(std::move(clock)), log_(std::move(log)) {}

/// An endpoint of the API: it learns who asks, and nobody else gets that far.
template <auto Member>
awaitable<web::response> service::for_bearer(web::request asked) {
    auto subject = bearer_subject(rules_, asked.header_value("Authorization"), clock_->now());
    if (!subject) {
        co_return problem_answer(subject.error());
    }
    co_return co_await (endpoints_.*Member)(std::move(*subject), std::move(asked));
}

template <auto Member>
awaitable<web::response> service::on_page(web::request asked) {
    return (page_.*Member)(std::move(asked));
}

awaitable<web::response> service::health(web::request) {
    co_return web::response(200, "text/plain; charset=utf-8", "ok\n");
}

const std::vector<service::route>& service::routes() {
    // The API's document names two of its paths in a shorter form too.
    static const std::vector<route> all{
        {"GET", "/api/v1/oauth/vk/authorize/implicit", &service::for_bearer<&api::authorize_implicit>},
        {"POST", "/api/v1/oauth/vk/token/submit", &service::for_bearer<&api::submit>},
        {"POST", "/api/v1/vk/token/submit", &service::for_bearer<&api::submit>},
        {"GET", "/api/v1/oauth/vk/token/status", &service::for_bearer<&api::status>},
        {"GET", "/api/v1/vk/token/status", &service::for_bearer<&api::status>},
        {"GET", "/settings/vk", &service::on_page<&settings_page::show>},
        {"GET", "/settings/vk/refresh", &service::on_page<&settings_page::show_renewal>},
        {"POST", "/settings/vk/refresh", &service::on_page<&settings_page::renew>},
        {"POST", "/settings/sign-in", &service::on_page<&settings_page::sign_in>},
        {"POST", "/settings/sign-out", &service::on_page<&settings_page::sign_out>},
        {"GET", "/settings/page.css", &service::on_page<&settings_page::style>},
        {"GET", "/settings/page.js", &service::on_page<&settings_page::script>},
        {"GET", "/healthz", &service::health}};
    return all;
}

/// There is nothing at the path, or nothing for the method.
awaitable<web::response> service::refuse(std::string allowed) {
    if (allowed.empty()) {
        co_return problem_answer(not_found());
    }
    web::response made = problem_answer(method_not_allowed(allowed));
    made.headers.push_back({"Allow", std::move(allowed)});
    co_return made;
}

awaitable<web::response> service::dispatch(web::request asked) {
    std::string allowed;
    for (const route& each : routes()) {
        if (each.path != asked.path) {
            continue;
        }
        if (each.method == asked.method || (each.method == "GET" && asked.method == "HEAD")) {
            return (this->*each.serves)(std::move(asked));
        }
        allowed.append(allowed.empty() ? "" : ", ").append(each.method);
    }
    return refuse(std::move(allowed));
}

awaitable<web::response> service::answer(web::request asked) {
    const auto begun = clock_->steady_now();
    boost::json::object line;
    line["method"] = asked.method;
    const auto known =
        std::find_if(routes().begin(), routes().end(), [&](const route& each) { return each.path == asked.path; });
    line["path"] = known == routes().end() ? "(unknown)" : known->path;
    web::response made = co_await dispatch(std::move(asked));
    line["status"] = made.status;
    line["ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(clock_->steady_now() - begun).count();
    log_.write("request", std::move(line));
    co_return made;
}

}  // namespace vk_token_api
