#pragma once

#include "tests/failure_of.hpp"

#include <coauth/coauth.hpp>
#include <coauth/core/manual_clock.hpp>
#include <coauth/sandbox/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace coauth::test {

inline constexpr const char* redirect_uri = "https://app.example/callback";

/// The sandbox and a pool that reaches it, on one thread and one clock that the test turns.
class world {
public:
    explicit world(std::shared_ptr<observer> watcher = nullptr)
        : pool{context.get_executor(), pool_options_for(server, clock, std::move(watcher))} {}

    [[nodiscard]] coauth::client client(const std::string& provider, std::string secret_text = "sandbox-secret") {
        return coauth::client{pool,
                              provider::builtin(provider),
                              {.client_id = "sandbox-client",
                               .client_secret = secret{std::move(secret_text)},
                               .redirect_uri = redirect_uri},
                              {.clock = clock}};
    }

    /// Runs one awaitable to its end, the sandbox beside it.
    template <class T>
    T run(awaitable<T> operation) {
        std::optional<T> value;
        finish(boost::asio::co_spawn(context, std::move(operation), boost::asio::deferred),
               [&](T got) { value.emplace(std::move(got)); });
        return std::move(*value);
    }

    void run(awaitable<void> operation) {
        finish(boost::asio::co_spawn(context, std::move(operation), boost::asio::deferred), [] {});
    }

    /// Runs one awaitable that must fail, and returns how.
    template <class T>
    failure failure_of(awaitable<T> operation) {
        return test::failure_of([&] { run(std::move(operation)); });
    }

    /// What a browser with a user does: it opens the URL and is sent back. Returns where to.
    std::string browse(std::string_view url, const char* decision = "allow", const char* user = "ann") {
        http_request request{"GET", url};
        request.add_header("X-Sandbox-Decision", decision);
        request.add_header("X-Sandbox-User", user);
        const http_response answer = run(pool.send(std::move(request)));
        const std::optional<std::string_view> location = answer.header("Location");
        if (!location) {
            throw std::logic_error("the sandbox did not redirect: " + std::string(answer.body()));
        }
        return std::string(*location);
    }

    /// A login up to its token.
    token log_in(const coauth::client& client, const char* user = "ann") {
        const authorization login = client.authorize();
        const grant redeemed = client.read_callback(login, browse(login.url, "allow", user));
        return run(client.exchange(redeemed));
    }

    boost::asio::io_context context{1};
    std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
    sandbox::server server{context.get_executor(), {.clock = clock}};
    connection_pool pool;

private:
    static pool_options pool_options_for(const sandbox::server& server, std::shared_ptr<manual_clock> clock,
                                         std::shared_ptr<observer> watcher) {
        pool_options options;
        options.tls.ca_pem = server.ca_pem();
        options.connect_to = server.connect_to();
        options.clock = std::move(clock);
        options.observer = std::move(watcher);
        return options;
    }

    template <class Operation, class Take>
    void finish(Operation operation, Take take) {
        std::exception_ptr thrown;
        bool done = false;
        std::move(operation)([&](std::exception_ptr failed, auto... value) {
            thrown = failed;
            if (!failed) {
                take(std::move(value)...);
            }
            done = true;
        });
        while (!done) {
            context.run_one();
        }
        if (thrown) {
            std::rethrow_exception(thrown);
        }
    }
};

}  // namespace coauth::test
