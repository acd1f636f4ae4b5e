#include "http_answer.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace vk_token_api {

web::response json_answer(unsigned status, const boost::json::object& body) {
    web::response made(status, "application/json", boost::json::serialize(body));
    made.headers.push_back({"Cache-Control", "no-store"});
    made.headers.push_back({"X-Content-Type-Options", "nosniff"});
    return made;
}

web::response problem_answer(const problem& what) {
    web::response made = json_answer(what.status, body_of(what));
    if (what.status == 401) {
        made.headers.push_back({"WWW-Authenticate", "Bearer"});
    }
    if (what.status == 503) {
        made.headers.push_back({"Retry-After", "60"});
    }
    return made;
}

web::response see_other(std::string path) {
    web::response made(303);
    made.headers.push_back({"Location", std::move(path)});
    made.headers.push_back({"Cache-Control", "no-store"});
    return made;
}

}  // namespace vk_token_api
