#pragma once

#include "problem.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <web/http_server.hpp>

namespace vk_token_api {

/// JSON that nobody keeps.
[[nodiscard]] web::response json_answer(unsigned status, const boost::json::object& body);

[[nodiscard]] web::response problem_answer(const problem& what);

/// To another page, with GET (RFC 9110, section 15.4.4).
[[nodiscard]] web::response see_other(std::string path);

}  // namespace vk_token_api
