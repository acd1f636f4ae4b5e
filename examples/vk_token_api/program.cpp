#include "program.hpp"

#include "first_steps.hpp"
#include "token_api_server.hpp"

#include <coauth/cache/memory_store.hpp>
#include <coauth/core/random.hpp>
#include <coauth/http/connection_pool.hpp>
#include <coauth/sandbox/server.hpp>
#include <coauth/sqlite/sqlite_store.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <cstdio>
#include <utility>

namespace vk_token_api {
namespace {

namespace asio = boost::asio;
using coauth::awaitable;

constexpr std::chrono::seconds grace{10};

void write_to_stderr(const std::string& line) {
    std::fprintf(stderr, "%s\n", line.c_str());
}

std::shared_ptr<coauth::token_store> open_store(const configuration& with) {
    if (with.store.empty()) {
        return std::make_shared<coauth::memory_store>();
    }
    return std::make_shared<coauth::sqlite_store>(with.store, coauth::token_seal::under(*with.keys));
}

std::unique_ptr<coauth::connection_pool> webhook_pool(asio::io_context& context, const configuration& with) {
    if (!with.webhook) {
        return nullptr;
    }
    coauth::pool_options options;
    options.tls.ca_file = with.webhook->ca_file;
    return std::make_unique<coauth::connection_pool>(context.get_executor(), std::move(options));
}

/// The server's life: it starts, waits for a signal, and stops.
awaitable<void> live(asio::signal_set& signals, token_api_server& server, std::function<void()> ready) {
    co_await server.start();
    ready();
    co_await signals.async_wait(asio::use_awaitable);
    signals.clear();  // the next one ends the process at once
    co_await server.stop(grace);
}

/// Runs one server on this thread. `ended` stops what would keep the context busy.
void run(asio::io_context& context, const configuration& with, coauth::transport& vk,
         std::function<void(const token_api_server&)> ready, std::function<void()> ended) {
    const std::unique_ptr<coauth::connection_pool> webhook = webhook_pool(context, with);
    surroundings around;
    around.vk = &vk;
    around.webhook = webhook.get();
    around.store = open_store(with);
    around.clock = coauth::system_clock();
    around.log = write_to_stderr;
    token_api_server server{context, with, std::move(around)};
    asio::signal_set signals{context, SIGTERM, SIGINT};
    std::exception_ptr failed;
    asio::co_spawn(context, live(signals, server, [&] { ready(server); }), [&](std::exception_ptr why) {
        failed = std::move(why);
        ended();
    });
    context.run();
    if (failed) {
        std::rethrow_exception(failed);
    }
}

/// What is not configured, for trying.
void complete_for_trying(configuration& with) {
    if (with.app_id.empty()) {
        with.app_id = "54249533";
    }
    if (with.jwt.key.empty()) {
        with.jwt.key = coauth::secret{coauth::random_text(*coauth::system_random(), least_jwt_key)};
    }
    if (!with.store.empty() && !with.keys) {
        require_complete(with);
    }
}

}  // namespace

void serve(const configuration& with) {
    asio::io_context context{1};
    coauth::connection_pool vk{context.get_executor(), {}};
    run(
        context, with, vk, [](const token_api_server&) {}, [] {});
}

void serve_sandboxed(configuration with, sandbox_options how) {
    complete_for_trying(with);
    asio::io_context context{1};
    coauth::sandbox::server sandbox{context.get_executor(), {}};
    coauth::sandbox::application registered;
    registered.client_id = with.app_id;
    sandbox.register_application("vk", registered);
    coauth::sandbox::behaviour changed;
    changed.token_lifetime = how.token_lifetime;
    sandbox.set_behaviour("vk", changed);

    coauth::pool_options trusting;
    trusting.tls.ca_pem = sandbox.ca_pem();
    trusting.connect_to = sandbox.connect_to();
    coauth::connection_pool vk{context.get_executor(), std::move(trusting)};
    run(
        context, with, vk,
        [&](const token_api_server& server) { print_first_steps(with, server.port(), sandbox.port()); },
        [&] { sandbox.stop(); });
}

}  // namespace vk_token_api
