#include "login_server/configuration.hpp"

#include "login_server/json_place.hpp"

#include <coauth/core/error.hpp>
#include <coauth/provider/catalog.hpp>

#include <boost/json/parse.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

namespace login_server {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr std::size_t largest_file = 1024 * 1024;

std::string read_file(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        throw configuration_error("cannot read " + path + ": " + std::strerror(errno));
    }
    std::string text(largest_file + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > largest_file) {
        throw configuration_error(path + " is over 1 MiB");
    }
    return text;
}

coauth::secret without_line_end(std::string text) {
    coauth::secret made(text.substr(0, text.find_last_not_of(" \t\r\n") + 1));
    coauth::wipe(text);
    return made;
}

/// A part of the file as it is read, with where secrets come from.
class reader {
public:
    explicit reader(const environment& variables) : variables_(variables) {}

    configuration read(const json_place& all) const {
        all.require_object({"public_url", "behind_proxy", "threads", "shutdown_grace", "metrics_from", "listen",
                            "sessions", "logins", "tokens", "providers"});
        configuration made;
        const auto url = all.member("public_url");
        if (!url) {
            all.fail("public_url is missing: the address that browsers see, as \"https://login.example\"");
        }
        made.public_url = read_public_url(*url);
        made.behind_proxy = all.truth("behind_proxy").value_or(made.behind_proxy);
        made.threads = static_cast<unsigned>(all.number("threads", 1, 256).value_or(made.threads));
        made.shutdown_grace = all.duration("shutdown_grace", 0s, 1h).value_or(made.shutdown_grace);
        made.metrics_from = all.texts("metrics_from").value_or(made.metrics_from);
        if (const auto given = all.member("listen")) {
            made.listen = read_listen(*given);
        }
        if (const auto given = all.member("sessions")) {
            made.sessions = read_sessions(*given);
        }
        if (const auto given = all.member("logins")) {
            made.logins = read_logins(*given);
        }
        if (const auto given = all.member("tokens")) {
            made.tokens = read_tokens(*given);
        }
        made.providers = read_providers(all);
        return made;
    }

private:
    static std::string read_public_url(const json_place& at) {
        const std::string text = at.text();
        const auto parsed = boost::urls::parse_uri(text);
        const bool is_origin = parsed && parsed->has_authority() && !parsed->has_userinfo() && !parsed->has_query() &&
                               !parsed->has_fragment() && parsed->encoded_path().empty() &&
                               !parsed->encoded_host().empty();
        if (!is_origin) {
            at.fail("this should be scheme, host and perhaps port, as \"https://login.example\", and nothing after it");
        }
        const std::string host(parsed->encoded_host());
        const bool loopback = host == "localhost" || host == "127.0.0.1" || host == "[::1]";
        if (parsed->scheme() != "https" && !(parsed->scheme() == "http" && loopback)) {
            at.fail("this should begin with https://; http:// is for 127.0.0.1, [::1] and localhost alone");
        }
        return text;
    }

    static listen_configuration read_listen(const json_place& at) {
        at.require_object({"address", "port", "certificate", "private_key", "max_connections"});
        listen_configuration made;
        made.address = at.text("address").value_or(made.address);
        made.port = static_cast<std::uint16_t>(at.number("port", 1, 65'535).value_or(made.port));
        made.max_connections = at.number("max_connections", 1, 1'000'000).value_or(made.max_connections);
        const auto chain = at.text("certificate");
        const auto key = at.text("private_key");
        if (chain.has_value() != key.has_value()) {
            at.fail("certificate and private_key belong together: give both, or neither");
        }
        if (chain) {
            made.certificate = certificate_files{*chain, *key};
        }
        return made;
    }

    static session_configuration read_sessions(const json_place& at) {
        at.require_object({"idle", "lifetime", "max"});
        session_configuration made;
        made.idle = at.duration("idle", 1min, 24h * 365).value_or(made.idle);
        made.lifetime = at.duration("lifetime", 1min, 24h * 365).value_or(made.lifetime);
        made.max_sessions = at.number("max", 1, 10'000'000).value_or(made.max_sessions);
        return made;
    }

    login_configuration read_logins(const json_place& at) const {
        at.require_object({"lifetime", "max", "sealed", "keys_file", "keys_env"});
        login_configuration made;
        made.lifetime = at.duration("lifetime", 10s, 24h).value_or(made.lifetime);
        made.max_logins = at.number("max", 1, 10'000'000).value_or(made.max_logins);
        if (at.truth("sealed").value_or(false)) {
            made.sealed_under = read_keys(at);
        } else if (at.member("keys_file") || at.member("keys_env")) {
            at.fail("keys are for sealed logins: add \"sealed\": true, or take the keys away");
        }
        return made;
    }

    token_configuration read_tokens(const json_place& at) const {
        at.require_object({"file", "keys_file", "keys_env"});
        token_configuration made;
        made.file = at.text("file").value_or("");
        if (made.file.empty()) {
            at.fail("file is missing: where tokens are kept; without \"tokens\" they are kept in memory");
        }
        made.sealed_under = read_keys(at);
        return made;
    }

    coauth::key_ring read_keys(const json_place& at) const {
        const auto file = at.member("keys_file");
        const auto variable = at.member("keys_env");
        if (file.has_value() == variable.has_value()) {
            at.fail("here should stand keys_file or keys_env, one of them: `coauth tokens key` makes a key");
        }
        try {
            if (file) {
                return coauth::key_ring::from_file(file->text());
            }
            std::string text = variables_(variable->text()).value_or("");
            for (char& letter : text) {
                letter = letter == ',' ? '\n' : letter;
            }
            return coauth::key_ring::parse(coauth::secret(std::move(text))).value();
        } catch (const coauth::error& failed) {
            (file ? *file : *variable).fail(failed.details().detail);
        }
    }

    std::vector<provider_configuration> read_providers(const json_place& all) const {
        const auto at = all.member("providers");
        if (!at || at->members().empty()) {
            all.fail("providers is missing: an object with one member for each provider, as \"hitkey\": {}");
        }
        std::vector<provider_configuration> made;
        for (const auto& [name, place] : at->members()) {
            made.push_back(read_provider(name, place));
        }
        return made;
    }

    provider_configuration read_provider(const std::string& name, const json_place& at) const {
        at.require_object({"profile", "client_id", "client_secret_file", "client_secret_env", "scopes", "offline"});
        provider_configuration made(profile_of(name, at));
        if (made.profile.name() != name) {
            at.fail("the profile is of \"" + made.profile.name() + "\": name the member so");
        }
        made.client_id = at.text("client_id").value_or(first_set(made.profile.client_id_variables()).value_or(""));
        if (made.client_id.empty()) {
            at.fail("client_id is missing, and " + any_of(made.profile.client_id_variables()) + " is not set");
        }
        made.client_secret = read_client_secret(at, made.profile);
        made.scopes = at.texts("scopes").value_or(made.scopes);
        made.offline = at.truth("offline").value_or(made.offline);
        return made;
    }

    static coauth::provider::profile profile_of(const std::string& name, const json_place& at) {
        try {
            const auto file = at.text("profile");
            return file ? coauth::provider::load_file(*file) : coauth::provider::builtin(name);
        } catch (const coauth::error& failed) {
            at.fail(failed.details().detail);
        }
    }

    /// Empty where there is none: an application may be public.
    coauth::secret read_client_secret(const json_place& at, const coauth::provider::profile& of) const {
        if (const auto file = at.text("client_secret_file")) {
            return without_line_end(read_file(*file));
        }
        if (const auto variable = at.member("client_secret_env")) {
            std::optional<std::string> found = variables_(variable->text());
            if (!found) {
                variable->fail("the environment has no " + variable->text());
            }
            return coauth::secret(std::move(*found));
        }
        return coauth::secret(first_set(of.client_secret_variables()).value_or(""));
    }

    std::optional<std::string> first_set(const std::vector<std::string>& names) const {
        for (const std::string& each : names) {
            if (std::optional<std::string> found = variables_(each)) {
                return found;
            }
        }
        return std::nullopt;
    }

    static std::string any_of(const std::vector<std::string>& names) {
        std::string text;
        for (const std::string& each : names) {
            text += (text.empty() ? "" : " or ") + each;
        }
        return text;
    }

    const environment& variables_;
};

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
    const char* const found = std::getenv(name.c_str());
    return found && *found ? std::optional<std::string>(found) : std::nullopt;
}

configuration read_configuration(std::string_view text, const std::string& file, const environment& variables) {
    json::error_code failed;
    json::parse_options comments;
    comments.allow_comments = true;
    const json::value parsed = json::parse(text, failed, {}, comments);
    if (failed) {
        throw configuration_error(file + " is not JSON: " + failed.message());
    }
    return reader(variables).read(json_place(parsed, file, ""));
}

configuration load_configuration(const std::string& path) {
    return read_configuration(read_file(path), path);
}

bool is_https(const configuration& all) {
    return all.public_url.starts_with("https:");
}

}  // namespace login_server
