#pragma once

#include "credential.hpp"
#include "problem.hpp"

#include <coauth/core/clock.hpp>

#include <string>
#include <string_view>
#include <vector>
#include <web/http_server.hpp>

namespace vk_token_api {

/// Where the user asks for a JSON Web Token to be taken; `why` tells why the last one was not.
[[nodiscard]] web::response sign_in_page(std::string_view why = {});

/// All tokens of a user, and a dialog if one of them wants to be renewed. `notice` tells what has just been done.
[[nodiscard]] web::response status_page(const std::vector<credential>& kept, coauth::clock::wall_time now,
                                        std::string_view notice);

/// How to get a token, and a field for it. `wrong` tells why the last one was not taken; null: none was tried.
[[nodiscard]] web::response renewal_page(const std::string& authorization_url, std::string_view account_name,
                                         const problem* wrong);

[[nodiscard]] web::response style_sheet();
[[nodiscard]] web::response page_script();

}  // namespace vk_token_api
