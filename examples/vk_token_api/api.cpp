#include "api.hpp"

#include "http_answer.hpp"
#include "instructions.hpp"
#include "token_status.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace vk_token_api {

namespace json = boost::json;
using coauth::awaitable;

api::api(coauth::client vk, credentials& kept, submissions& taking, std::shared_ptr<const coauth::clock> clock)
    : vk_(std::move(vk)), kept_(kept), taking_(taking), clock_(std::move(clock)) {}

awaitable<web::response> api::authorize_implicit(std::string, web::request) {
    json::object body;
    body["method"] = "implicit_flow";
    body["app_id"] = vk_.client_id();
    body["authorization_url"] = vk_.authorize().url;
    json::array& steps = body["instructions"].emplace_array();
    for (const std::string_view each : instructions) {
        steps.emplace_back(each);
    }
    co_return json_answer(200, body);
}

awaitable<web::response> api::submit(std::string owner, web::request asked) {
    auto given = read_submission(asked.body);
    coauth::wipe(asked.body);
    if (!given) {
        co_return problem_answer(given.error());
    }
    given->owner = std::move(owner);
    const outcome<credential> saved = co_await taking_.take(std::move(*given));
    if (!saved) {
        co_return problem_answer(saved.error());
    }
    co_return json_answer(200, receipt_of(*saved, saved->submitted_at));
}

awaitable<web::response> api::status(std::string owner, web::request asked) {
    const auto named = asked.query("account_name");
    if (!named) {
        co_return json_answer(200, status_of(kept_.latest(owner), clock_->now()));
    }
    const auto name = read_account_name(*named);
    if (!name) {
        co_return problem_answer(name.error());
    }
    co_return json_answer(200, status_of(kept_.find(owner, *name), clock_->now()));
}

}  // namespace vk_token_api
