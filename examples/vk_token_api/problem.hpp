#pragma once

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <string>

namespace vk_token_api {

/// Why a request was not done: `{"detail": {error, message, solution, error_type}}`, the form of every error body.
struct problem {
    unsigned status = 400;
    std::string error;       ///< A few words.
    std::string message;     ///< What happened.
    std::string solution;    ///< What to do.
    std::string error_type;  ///< For programs: "ip_mismatch" or "api_error" with a 400.
};

/// What a function returns that may find the request at fault.
template <class T>
using outcome = boost::system::result<T, problem>;

[[nodiscard]] boost::json::object body_of(const problem& what);

// VK refused the token.
[[nodiscard]] problem ip_mismatch();
[[nodiscard]] problem token_expired();
[[nodiscard]] problem vk_api_error();

/// VK could not be asked, or was busy: the token may be good.
[[nodiscard]] problem vk_unavailable();

// What was submitted is at fault.
[[nodiscard]] problem unreadable_token(std::string what_it_is);
[[nodiscard]] problem access_denied();
[[nodiscard]] problem another_user();
[[nodiscard]] problem unreadable_request(std::string what_is_wrong);

// The request itself.
[[nodiscard]] problem not_authenticated(std::string why);
[[nodiscard]] problem not_found();
[[nodiscard]] problem method_not_allowed(const std::string& allowed);
[[nodiscard]] problem store_unavailable();

}  // namespace vk_token_api
