#include "token_status.hpp"

#include <boost/json/value.hpp>

#include <ctime>

namespace vk_token_api {
namespace {

namespace json = boost::json;
using coauth::clock;
using std::chrono::minutes;

/// "24h" where it is whole hours.
std::string lifetime_text(clock::wall_time end, clock::wall_time now) {
    const auto left = end - now;
    return left % std::chrono::hours{1} == clock::wall_time::duration{}
               ? std::to_string(std::chrono::floor<std::chrono::hours>(left).count()) + "h"
               : time_until(end, now);
}

}  // namespace

std::string timestamp(clock::wall_time time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string time_until(clock::wall_time end, clock::wall_time now) {
    if (end <= now) {
        return "expired";
    }
    const auto left = std::chrono::floor<minutes>(end - now).count();
    return std::to_string(left / 60) + "h " + std::to_string(left % 60) + "m";
}

bool needs_refresh(const credential& what, clock::wall_time now) noexcept {
    return what.expires_at && *what.expires_at - now < renewal_window;
}

json::object status_of(const std::optional<credential>& kept, clock::wall_time now) {
    json::object body;
    body["has_token"] = kept.has_value();
    body["is_valid"] = nullptr;
    body["expiry"] = nullptr;
    body["time_until_expiry"] = nullptr;
    body["needs_refresh"] = true;
    body["credential_id"] = nullptr;
    if (kept) {
        body["is_valid"] = !kept->expires_at || *kept->expires_at > now;
        body["needs_refresh"] = needs_refresh(*kept, now);
        body["credential_id"] = kept->id;
    }
    if (kept && kept->expires_at) {
        body["expiry"] = timestamp(*kept->expires_at);
        body["time_until_expiry"] = time_until(*kept->expires_at, now);
    }
    return body;
}

json::object receipt_of(const credential& saved, clock::wall_time now) {
    json::object body;
    body["success"] = true;
    body["credential_id"] = saved.id;
    body["user_id"] = saved.user_id;
    body["expiry"] = nullptr;
    std::string lifetime = "does not expire";
    if (saved.expires_at) {
        body["expiry"] = timestamp(*saved.expires_at);
        lifetime = "expires in " + lifetime_text(*saved.expires_at, now);
    }
    body["message"] = "VK token saved successfully (" + lifetime + ")";
    return body;
}

}  // namespace vk_token_api
