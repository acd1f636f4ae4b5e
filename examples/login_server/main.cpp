// A server at which people log in, at any of the configured providers: see docs/login-server.md.
#include "login_server/configuration.hpp"
#include "login_server/event_log.hpp"
#include "login_server/sandboxed.hpp"
#include "login_server/service.hpp"
#include "web/http_server.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace login_server;

namespace {

constexpr std::uint16_t sandbox_port = 8080;

struct arguments {
    std::string config{};
    bool sandbox = false;
    std::optional<std::uint16_t> port{};
};

configuration settings_for(const arguments& given) {
    if (given.config.empty()) {
        return sandbox_configuration(given.port.value_or(sandbox_port));
    }
    configuration settings = load_configuration(given.config);
    if (given.sandbox) {
        use_sandbox_application(settings);
    }
    settings.listen.port = given.port.value_or(settings.listen.port);
    return settings;
}

web::server_options server_options_for(const listen_configuration& how) {
    web::server_options made;
    made.address = how.address;
    made.port = how.port;
    made.max_connections = how.max_connections;
    if (how.certificate) {
        made.tls = web::tls_files{how.certificate->chain, how.certificate->key};
    }
    return made;
}

/// What runs, from its start to its end.
class program {
public:
    program(const arguments& given, configuration settings)
        : context_(static_cast<int>(settings.threads)), threads_(settings.threads), grace_(settings.shutdown_grace) {
        http_ = std::make_unique<web::http_server>(
            context_.get_executor(), server_options_for(settings.listen),
            [this](web::request asked) { return service_->answer(std::move(asked)); });
        coauth::pool_options outside;
        if (given.config.empty()) {
            settings = sandbox_configuration(http_->port());  // the port that was found, if any was fine
        }
        if (given.sandbox) {
            sandbox_ = std::make_unique<coauth::sandbox::server>(context_.get_executor());
            register_redirect_uris(*sandbox_, settings);
            outside = pool_options_for(*sandbox_);
        }
        std::fprintf(stderr, "Open %s/ in a browser. Ctrl-C ends it.\n", settings.public_url.c_str());
        service_ = std::make_unique<service>(
            context_.get_executor(), std::move(settings), std::move(outside), log_,
            [this] { return http_->connections(); }, sandbox_.get());
    }

    void run() {
        asio::co_spawn(context_, end_by_signal(), [](const std::exception_ptr& failed) {
            if (failed) {
                std::rethrow_exception(failed);
            }
        });
        std::vector<std::jthread> others;
        for (unsigned each = 1; each < threads_; ++each) {
            others.emplace_back([this] { context_.run(); });
        }
        context_.run();
    }

private:
    /// Logins under way may end, browsers get their answers, the store gets its tokens. A second signal ends all that.
    asio::awaitable<void> end_by_signal() {
        const auto [failed, signal] = co_await signals_.async_wait(asio::as_tuple(asio::use_awaitable));
        signals_.clear();
        log_.write("closing", {{"signal", signal}});
        co_await service_->close_logins(grace_);
        co_await http_->stop(5s);
        co_await service_->close();
        if (sandbox_) {
            sandbox_->stop();
        }
    }

    asio::io_context context_;
    const unsigned threads_;
    const std::chrono::seconds grace_;
    event_log log_{stdout};
    asio::signal_set signals_{context_, SIGINT, SIGTERM};
    std::unique_ptr<web::http_server> http_;
    std::unique_ptr<coauth::sandbox::server> sandbox_;
    std::unique_ptr<service> service_;
};

}  // namespace

int main(int argc, char** argv) {
    arguments given;
    CLI::App app{"A server at which people log in at any of the configured providers."};
    app.add_option("--config", given.config, "The configuration, a JSON file")->type_name("FILE");
    app.add_flag("--sandbox", given.sandbox,
                 "Simulate the providers, inside; all five where no configuration names them");
    app.add_option("--port", given.port, "Listen here, whatever the configuration says")->type_name("PORT");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& ended) {
        return app.exit(ended) == 0 ? 0 : 2;  // 0: it was asked for help
    }
    if (given.config.empty() && !given.sandbox) {
        std::fprintf(stderr, "login_server: give --config FILE, or --sandbox to try it; see login_server --help\n");
        return 2;
    }
    try {
        program(given, settings_for(given)).run();
        return 0;
    } catch (const configuration_error& wrong) {
        std::fprintf(stderr, "login_server: %s\n", wrong.what());
        return 2;
    } catch (const std::exception& failed) {
        std::fprintf(stderr, "login_server: %s\n", failed.what());
        return 1;
    }
}
