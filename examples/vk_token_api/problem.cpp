#include "problem.hpp"

#include <utility>

namespace vk_token_api {
namespace {

constexpr const char* authorization_path = "/api/v1/oauth/vk/authorize/implicit";

std::string get_a_new_one() {
    return std::string("Please obtain a new token through ") + authorization_path + " and submit it";
}

}  // namespace

boost::json::object body_of(const problem& what) {
    boost::json::object detail;
    detail["error"] = what.error;
    detail["message"] = what.message;
    detail["solution"] = what.solution;
    detail["error_type"] = what.error_type;
    boost::json::object body;
    body["detail"] = std::move(detail);
    return body;
}

problem ip_mismatch() {
    return {400, "IP address mismatch", "Token is bound to a different IP address",
            "Please obtain a new token from your current IP address", "ip_mismatch"};
}

problem token_expired() {
    return {400, "Token expired", "Token has expired: a VK token lives for about 24 hours", get_a_new_one(),
            "api_error"};
}

problem vk_api_error() {
    return {400, "VK API error", "Token validation failed due to VK API error", "Check token permissions and try again",
            "api_error"};
}

problem vk_unavailable() {
    return {503, "VK API unavailable", "VK could not be asked whether the token is valid",
            "Nothing was saved; submit the same token again in a minute", "unavailable"};
}

problem unreadable_token(std::string what_it_is) {
    return {400, "Invalid token", std::move(what_it_is),
            "Put into token_data the whole address of the page that VK opened "
            "(https://oauth.vk.com/blank.html#access_token=...), or only the access token",
            "api_error"};
}

problem access_denied() {
    return {400, "Access denied", "VK gave no token: access was refused on its page",
            "Open the authorization URL again and allow the permissions (video, groups, wall)", "api_error"};
}

problem another_user() {
    return {400, "User mismatch", "The user_id of the address is not the user that the token belongs to",
            "Copy the whole address again, unchanged, or submit only the access token", "api_error"};
}

problem unreadable_request(std::string what_is_wrong) {
    return {400, "Invalid request", std::move(what_is_wrong),
            R"(Send JSON: {"token_data": "full URL or token", "account_name": "optional name"})", "api_error"};
}

problem not_authenticated(std::string why) {
    return {401, "Not authenticated", std::move(why), "Send the header Authorization: Bearer YOUR_JWT_TOKEN",
            "unauthorized"};
}

problem not_found() {
    return {404, "Not found", "There is nothing at this path", "See the documentation of the VK token API",
            "not_found"};
}

problem method_not_allowed(const std::string& allowed) {
    return {405, "Method not allowed", "This path is not for this method", "Use " + allowed, "method_not_allowed"};
}

problem store_unavailable() {
    return {503, "Storage unavailable", "The token could not be saved or read",
            "Try again in a minute; the log of the server tells more", "unavailable"};
}

}  // namespace vk_token_api
