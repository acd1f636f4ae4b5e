#include "cli/commands.hpp"
#include "cli/interpret.hpp"
#include "cli/output.hpp"

#include <coauth/sandbox/server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/url/parse.hpp>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace coauth::cli {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

/// "HOST:PORT:HOST:PORT", as --connect-to takes it.
std::string written(const connect_override& each) {
    const auto bracketed = [](const std::string& host) {
        return host.find(':') == std::string::npos ? host : "[" + host + "]";
    };
    return bracketed(each.host) + ":" + std::to_string(each.port) + ":" + bracketed(each.to_host) + ":" +
           std::to_string(each.to_port);
}

json::object describe(const sandbox::server& server, const arguments& given, const sandbox::application& registered) {
    json::object out;
    out["address"] = given.address;
    out["port"] = server.port();
    if (!given.ca_output_file.empty()) {
        out["ca_file"] = given.ca_output_file;
    }
    json::array& connect_to = out["connect_to"].emplace_array();
    for (const connect_override& each : server.connect_to()) {
        connect_to.emplace_back(written(each));
    }
    json::object application;
    application["client_id"] = registered.client_id;
    application["client_secret"] = registered.client_secret;
    json::array& redirect_uris = application["redirect_uris"].emplace_array();
    for (const std::string& each : registered.redirect_uris) {
        redirect_uris.emplace_back(each);
    }
    json::object& providers = out["providers"].emplace_object();
    for (const std::string& name : sandbox::server::providers()) {
        providers[name] = application;
    }
    out["ca_pem"] = server.ca_pem();
    return out;
}

/// Absolute and without a fragment, as OAuth wants them (RFC 6749, section 3.1.2).
std::vector<std::string> read_redirect_uris(const std::vector<std::string>& texts) {
    for (const std::string& each : texts) {
        if (!boost::urls::parse_absolute_uri(each)) {
            throw program_error("--redirect-uri " + printable(each) +
                                " is no absolute URI without a fragment; http://127.0.0.1:8910/callback is one");
        }
    }
    return texts;
}

void turn_knobs(sandbox::server& server, const arguments& given) {
    sandbox::behaviour changed;
    if (given.latency) {
        changed.latency = read_seconds(*given.latency, "--latency");
    }
    if (given.token_lifetime) {
        const auto lifetime = read_seconds(*given.token_lifetime, "--token-lifetime");
        changed.token_lifetime = std::chrono::ceil<std::chrono::seconds>(lifetime);
    }
    for (const std::string& name : sandbox::server::providers()) {
        server.set_behaviour(name, changed);
    }
}

}  // namespace

exit_status run_sandbox(const arguments& given) {
    asio::io_context context{1};
    sandbox::server_options options;
    options.address = given.address;
    options.port = given.port;
    options.registered.redirect_uris = {"http://127.0.0.1:8910/callback", "https://app.example/callback"};
    if (!given.redirect_uris.empty()) {
        options.registered.redirect_uris = read_redirect_uris(given.redirect_uris);
    }
    const sandbox::application registered = options.registered;
    std::optional<sandbox::server> server;
    try {
        server.emplace(context.get_executor(), std::move(options));
    } catch (const boost::system::system_error& failed) {
        throw program_error("the sandbox cannot listen on " + given.address + " port " + std::to_string(given.port) +
                            ": " + failed.code().message());
    }

    turn_knobs(*server, given);
    asio::signal_set interrupts{context, SIGINT, SIGTERM};
    interrupts.async_wait([&](const boost::system::error_code&, int) { context.stop(); });
    if (!given.ca_output_file.empty()) {
        output(given.ca_output_file).print_text(server->ca_pem());
    }
    output{}.print(describe(*server, given, registered));
    context.run();
    return exit_status::done;
}

}  // namespace coauth::cli
