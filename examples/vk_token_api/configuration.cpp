#include "configuration.hpp"

#include "configuration_members.hpp"
#include "secret_file.hpp"

#include <coauth/core/error.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

namespace vk_token_api {
namespace {

constexpr std::uint16_t documented_port = 8000;

/// A secret from the environment, or else from the file that the configuration names; empty where neither is there.
coauth::secret secret_from(const environment& variables, const char* variable, const std::string& path) {
    if (auto value = variables(variable)) {
        return coauth::secret{std::move(*value)};
    }
    return path.empty() ? coauth::secret{} : read_secret_file(path);
}

web::server_options read_listen(configuration_members members, const environment& variables) {
    web::server_options listen;
    listen.address = members.text("address", "127.0.0.1");
    listen.port = members.port("port", documented_port);
    if (const auto port = variables("VK_TOKEN_API_PORT")) {
        listen.port = read_port(*port, "VK_TOKEN_API_PORT");
    }
    const std::string chain = members.text("certificate_chain", "");
    const std::string key = members.text("private_key", "");
    members.finish();
    if (chain.empty() != key.empty()) {
        throw configuration_error("\"listen\" needs both certificate_chain and private_key, or neither");
    }
    if (!chain.empty()) {
        listen.tls = web::tls_files{chain, key};
    }
    return listen;
}

jwt_rules read_jwt(configuration_members members, const environment& variables) {
    jwt_rules rules;
    rules.audience = members.text("audience", "");
    rules.key = secret_from(variables, "VK_TOKEN_API_JWT_KEY", members.text("key_file", ""));
    members.finish();
    if (!rules.key.empty() && rules.key.reveal().size() < least_jwt_key) {
        throw configuration_error("the JWT key has to be at least " + std::to_string(least_jwt_key) + " bytes");
    }
    return rules;
}

webhook_configuration read_webhook(configuration_members members, const environment& variables) {
    webhook_configuration read;
    read.options.url = members.text("url", "");
    read.options.action_url = members.text("action_url", "/settings/vk/refresh");
    read.ca_file = members.text("ca_file", "");
    read.options.key = webhook_key(secret_from(variables, "VK_TOKEN_API_WEBHOOK_KEY", members.text("key_file", "")));
    members.finish();
    if (!read.options.url.starts_with("https://")) {
        throw configuration_error("the webhook's url has to begin with https://");
    }
    if (read.options.key.reveal().size() < least_webhook_key) {
        throw configuration_error("the webhook's key has to be at least " + std::to_string(least_webhook_key) +
                                  " bytes: set VK_TOKEN_API_WEBHOOK_KEY, or key_file in \"webhook\"");
    }
    return read;
}

std::optional<coauth::key_ring> read_keys(const environment& variables, const std::string& path) {
    if (auto lines = variables("VK_TOKEN_API_KEYS")) {
        std::replace(lines->begin(), lines->end(), ',', '\n');
        return coauth::key_ring::parse(coauth::secret{std::move(*lines)}).value();
    }
    return path.empty() ? std::nullopt : std::optional(coauth::key_ring::from_file(path));
}

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

configuration read_configuration(std::string_view text, const std::string& name, const environment& variables) {
    boost::json::error_code failed;
    const boost::json::value parsed = boost::json::parse(text, failed);
    if (failed || !parsed.is_object()) {
        throw configuration_error(name + " is not a JSON object" + (failed ? ": " + failed.message() : ""));
    }
    configuration_members members{parsed.get_object(), name};
    configuration read;
    read.listen = read_listen(members.inner("listen"), variables);
    read.app_id = variables("VK_CLIENT_ID").value_or(members.text("app_id", ""));
    read.store = variables("VK_TOKEN_API_STORE").value_or(members.text("store", ""));
    read.keys = read_keys(variables, members.text("key_ring_file", ""));
    read.jwt = read_jwt(members.inner("jwt"), variables);
    if (members.has("webhook")) {
        read.webhook = read_webhook(members.inner("webhook"), variables);
    }
    members.finish();
    return read;
}

void require_complete(const configuration& read) {
    const auto missing = [](const char* what, const char* where) {
        throw configuration_error(std::string(what) + " is missing: set " + where);
    };
    if (read.app_id.empty()) {
        missing("VK's application id", "\"app_id\" or VK_CLIENT_ID");
    }
    if (read.jwt.key.empty()) {
        missing("the JWT key", "\"key_file\" in \"jwt\", or VK_TOKEN_API_JWT_KEY");
    }
    if (read.store.empty()) {
        missing("the file of the tokens", "\"store\" or VK_TOKEN_API_STORE");
    }
    if (!read.keys) {
        missing("the key ring", "\"key_ring_file\" or VK_TOKEN_API_KEYS");
    }
}

std::string content_of(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    std::string content{std::istreambuf_iterator<char>{in}, {}};
    if (!in.is_open() || in.bad()) {
        throw configuration_error("cannot read " + coauth::printable(path));
    }
    return content;
}

}  // namespace vk_token_api
