#include "webhook.hpp"

#include "hmac.hpp"
#include "token_status.hpp"

#include <coauth/core/encoding.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace vk_token_api {
namespace {

namespace json = boost::json;

std::int64_t unix_seconds(coauth::clock::wall_time time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

/// The same for each attempt, another one for each token: the receiver knows what it has had.
std::string id_of(const credential& about) {
    return "vk-" + std::to_string(about.id) + "-" + std::to_string(unix_seconds(*about.expires_at));
}

std::string body_of(const webhook_options& options, const credential& about, coauth::clock::wall_time now) {
    const bool has_ended = *about.expires_at <= now;
    json::object body;
    body["event"] = has_ended ? "vk_token_expired" : "vk_token_expiring";
    body["user"] = about.owner;
    body["credential_id"] = about.id;
    body["account_name"] = about.account_name;
    body["user_id"] = about.user_id;
    body["expiry"] = timestamp(*about.expires_at);
    body["time_until_expiry"] = time_until(*about.expires_at, now);
    body["message"] = has_ended ? "VK token has expired. Please refresh." : "VK token expires in < 2h. Please refresh.";
    body["action_url"] = options.action_url;
    return json::serialize(body);
}

}  // namespace

coauth::http_request webhook_request(const webhook_options& options, const credential& about,
                                     coauth::clock::wall_time now) {
    const std::string id = id_of(about);
    const std::string sent_at = std::to_string(unix_seconds(now));
    const std::string body = body_of(options, about, now);
    const std::string signature = coauth::base64(hmac_sha256(options.key, id + "." + sent_at + "." + body));
    coauth::http_request request{"POST", options.url};
    request.add_header("Content-Type", "application/json");
    request.add_header("webhook-id", id);
    request.add_header("webhook-timestamp", sent_at);
    request.add_header("webhook-signature", "v1," + signature);
    request.append_body(body);
    request.provider = "webhook";
    request.operation = "notify";
    request.idempotent = true;
    request.timeout = options.timeout;
    return request;
}

}  // namespace vk_token_api
