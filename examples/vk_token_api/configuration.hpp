#pragma once

#include "jwt.hpp"
#include "webhook.hpp"

#include <coauth/core/key_ring.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <web/http_server.hpp>

namespace vk_token_api {

/// One line for the person who starts the program: what is wrong with the configuration, and where.
class configuration_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The webhook, and whom to trust there.
struct webhook_configuration {
    webhook_options options;
    std::string ca_file;  ///< Empty: the system's authorities.
};

struct configuration {
    web::server_options listen;
    std::string app_id;                      ///< VK's id of the application.
    std::string store;                       ///< The file of the tokens.
    std::optional<coauth::key_ring> keys{};  ///< What they are sealed under.
    jwt_rules jwt{};
    std::optional<webhook_configuration> webhook{};
};

/// Reads an environment variable; nothing where it is not set or empty.
using environment = std::function<std::optional<std::string>(const std::string& name)>;

[[nodiscard]] std::optional<std::string> process_environment(const std::string& name);

/// Reads the configuration's JSON, `{}` for none, and the environment, which goes first. Secrets stand in files of
/// their own or in the environment, never in the JSON. `name` is what errors call the file.
[[nodiscard]] configuration read_configuration(std::string_view text, const std::string& name,
                                               const environment& variables);

/// What a server has to have: an application, keys, a file. Throws what is missing.
void require_complete(const configuration& read);

/// The content of a file. Throws where it cannot be read.
[[nodiscard]] std::string content_of(const std::string& path);

}  // namespace vk_token_api
