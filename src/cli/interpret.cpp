#include "cli/interpret.hpp"

#include "cli/event_log.hpp"
#include "cli/files.hpp"
#include "cli/sandbox_file.hpp"

#include <coauth/provider/catalog.hpp>

#include <boost/url/grammar/delim_rule.hpp>
#include <boost/url/grammar/parse.hpp>
#include <boost/url/grammar/tuple_rule.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/authority_rule.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace coauth::cli {
namespace {

namespace urls = boost::urls;

/// Credentials that nobody may see in a process list.
constexpr auto proxy_password_variable = "COAUTH_PROXY_PASSWORD";

bool names_a_server(const urls::authority_view& authority) {
    return !authority.has_userinfo() && !authority.encoded_host().empty() &&
           parse_port(authority.port()).value_or(0) != 0;
}

/// The first of the environment variables that is set and not empty.
std::string from_environment(std::string_view own, const std::vector<std::string>& others) {
    std::vector<std::string> names{std::string(own)};
    names.insert(names.end(), others.begin(), others.end());
    for (const std::string& name : names) {
        const char* const value = std::getenv(name.c_str());
        if (value && *value) {
            return value;
        }
    }
    return {};
}

/// Whether it is where a profile is, and not what a built-in one is called.
bool is_path(const std::string& name) {
    const auto built_in = provider::builtin_names();
    const bool known = std::find(built_in.begin(), built_in.end(), name) != built_in.end();
    return !known && name.find_first_of("/.") != std::string::npos;
}

std::string read_value(std::string_view text) {
    if (text.starts_with("@@")) {
        return std::string(text.substr(1));
    }
    if (text.starts_with('@')) {
        const secret content = read_file(std::string(text.substr(1)), "a value");
        return std::string(content.reveal());
    }
    return std::string(text);
}

}  // namespace

connect_override read_connect_to(std::string_view text) {
    constexpr auto rule = urls::grammar::tuple_rule(
        urls::authority_rule, urls::grammar::squelch(urls::grammar::delim_rule(':')), urls::authority_rule);
    const auto read = urls::grammar::parse(urls::string_view(text.data(), text.size()), rule);
    if (!read || !names_a_server(std::get<0>(*read)) || !names_a_server(std::get<1>(*read))) {
        throw program_error("--connect-to " + printable(text) +
                            " is not HOST:PORT:HOST:PORT; put an IPv6 address in brackets");
    }
    const auto& [from, to] = *read;
    connect_override made;
    made.host = std::string(from.host_address());
    made.port = *parse_port(from.port());
    made.to_host = std::string(to.host_address());
    made.to_port = *parse_port(to.port());
    return made;
}

proxy_options read_proxy(std::string_view text) {
    const auto read = urls::parse_uri(urls::string_view(text.data(), text.size()));
    const bool bare = read && (read->encoded_path().empty() || read->encoded_path() == "/") && !read->has_query();
    if (!bare || read->scheme_id() != urls::scheme::http || read->encoded_host().empty()) {
        throw program_error("--proxy is not http://[USER@]HOST[:PORT]");
    }
    if (read->has_password()) {
        throw program_error(std::string("--proxy holds a password; put that into ") + proxy_password_variable);
    }
    proxy_options made;
    made.host = std::string(read->host_address());
    if (read->has_port()) {
        made.port = parse_port(read->port()).value_or(0);
    }
    if (made.port == 0) {
        throw program_error("the port of --proxy is not one from 1 to 65535");
    }
    made.user = std::string(read->user());
    made.password = secret(from_environment(proxy_password_variable, {}));
    return made;
}

parameters read_parameters(const std::vector<std::string>& texts) {
    parameters made;
    for (const std::string& each : texts) {
        const std::size_t equals = each.find('=');
        if (equals == std::string::npos || equals == 0) {
            throw program_error("an argument is not name=value or name=@FILE");
        }
        made.add(each.substr(0, equals), read_value(std::string_view(each).substr(equals + 1)));
    }
    return made;
}

std::vector<std::string> read_scopes(const std::vector<std::string>& texts) {
    std::vector<std::string> made;
    for (const std::string_view text : texts) {
        for (std::size_t begin = 0; begin <= text.size();) {
            const std::size_t end = std::min(text.find_first_of(", ", begin), text.size());
            if (end > begin) {
                made.emplace_back(text.substr(begin, end - begin));
            }
            begin = end + 1;
        }
    }
    return made;
}

authorize_options read_wishes(const arguments& given) {
    authorize_options made;
    made.scopes = read_scopes(given.scopes);
    made.offline = given.offline;
    made.extra = read_parameters(given.parameters);
    return made;
}

std::chrono::milliseconds read_seconds(double value, std::string_view option) {
    constexpr double longest = 24 * 60 * 60;
    if (!(value >= 0.001 && value <= longest)) {
        throw program_error(std::string(option) + " is not a number of seconds from 0.001 to 86400");
    }
    return std::chrono::milliseconds{std::llround(value * 1000)};
}

provider::profile read_profile(const std::string& name) {
    return is_path(name) ? provider::load_file(name) : provider::builtin(name);
}

std::string read_provider_name(const std::string& name) {
    return is_path(name) ? provider::load_file(name).name() : name;
}

pool_options read_pool_options(const arguments& given) {
    pool_options made;
    made.timeout = read_seconds(given.timeout, "--timeout");
    made.tls.ca_file = given.ca_file;
    if (!given.sandbox_file.empty()) {
        use_sandbox(given.sandbox_file, made);
    }
    for (const std::string& each : given.connect_to) {
        made.connect_to.push_back(read_connect_to(each));
    }
    if (!given.proxy.empty()) {
        made.proxy = read_proxy(given.proxy);
    }
    if (given.verbose) {
        made.observer = make_event_log();
    }
    return made;
}

credentials read_credentials(const arguments& given, const provider::profile& what) {
    credentials made;
    made.client_id = from_environment("COAUTH_CLIENT_ID", what.client_id_variables());
    made.client_secret = secret(from_environment("COAUTH_CLIENT_SECRET", what.client_secret_variables()));
    if (!given.sandbox_file.empty()) {
        // Not the other way round: a real secret has no business at a simulated provider.
        use_sandbox_credentials(given.sandbox_file, what.name(), made);
    }
    if (!given.client_id.empty()) {
        made.client_id = given.client_id;
    }
    if (!given.client_secret_file.empty()) {
        made.client_secret = read_line_of(given.client_secret_file, "the client secret");
    }
    if (!given.redirect_uris.empty()) {
        made.redirect_uri = given.redirect_uris.back();
    }
    return made;
}

}  // namespace coauth::cli
