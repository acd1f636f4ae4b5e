#pragma once

#include <coauth/core/key_ring.hpp>
#include <coauth/core/secret.hpp>
#include <coauth/provider/profile.hpp>

#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace login_server {

/// What is wrong in the configuration: the file, the place in it, and the mend; one line.
class configuration_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A provider that users may log in at.
struct provider_configuration {
    explicit provider_configuration(coauth::provider::profile its_profile) : profile(std::move(its_profile)) {}

    coauth::provider::profile profile;
    std::string client_id{};
    coauth::secret client_secret{};
    std::vector<std::string> scopes{};  ///< Empty: the profile's default.
    bool offline = false;
};

struct certificate_files {
    std::string chain;
    std::string key;
};

struct listen_configuration {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
    std::optional<certificate_files> certificate{};  ///< None: plain HTTP, on loopback.
    std::size_t max_connections = 1024;
};

struct session_configuration {
    std::chrono::seconds idle = std::chrono::hours{12};
    std::chrono::seconds lifetime = std::chrono::hours{24 * 7};
    std::size_t max_sessions = 100'000;
};

struct login_configuration {
    std::optional<coauth::key_ring> sealed_under{};  ///< None: kept in memory.
    std::chrono::seconds lifetime{600};
    std::size_t max_logins = 131'072;  ///< Kept.
};

struct token_configuration {
    std::string file{};                              ///< Empty: in memory.
    std::optional<coauth::key_ring> sealed_under{};  ///< Always there where there is a file.
};

/// All that the server is told.
struct configuration {
    std::string public_url{};   ///< As browsers see it, without a "/" at its end: "https://login.example".
    bool behind_proxy = false;  ///< Then the last address of `X-Forwarded-For` is the client's.
    unsigned threads = 1;
    std::chrono::seconds shutdown_grace{10};
    std::vector<std::string> metrics_from{"127.0.0.1", "::1"};
    listen_configuration listen{};
    session_configuration sessions{};
    login_configuration logins{};
    token_configuration tokens{};
    std::vector<provider_configuration> providers{};  ///< In the file's order, which is the buttons'.
};

/// The value of an environment variable; nothing where it is not set or empty.
using environment = std::function<std::optional<std::string>(const std::string&)>;

/// The process's own.
[[nodiscard]] std::optional<std::string> process_environment(const std::string& name);

/// Reads the JSON text; `file` is what errors call it. Secrets come from `variables` or from files that the text names.
/// Throws `configuration_error`.
[[nodiscard]] configuration read_configuration(std::string_view text, const std::string& file,
                                               const environment& variables = process_environment);

/// Reads the file at `path`. Throws the same.
[[nodiscard]] configuration load_configuration(const std::string& path);

/// Whether `public_url` begins with https: then cookies are `Secure`, and browsers are told to stay with TLS.
[[nodiscard]] bool is_https(const configuration& all);

}  // namespace login_server
