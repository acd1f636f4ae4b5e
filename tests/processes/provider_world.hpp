#pragma once

#include "tests/processes/child.hpp"
#include "tests/processes/ground.hpp"
#include "tests/sqlite/scratch.hpp"

#include <coauth/http/connection_pool.hpp>
#include <coauth/sandbox/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coauth::test {

/// A provider that rotates refresh tokens and revokes those that are used twice, and a process's way to it. All on one
/// thread, on the machine's clock.
class provider_world {
public:
    /// Runs an awaitable to its end, the provider beside it. Throws where it takes longer than anything should.
    template <class T>
    T run(awaitable<T> operation) {
        std::optional<T> value;
        bool done = false;
        std::exception_ptr thrown;
        boost::asio::co_spawn(context, std::move(operation), [&](std::exception_ptr failed, T got) {
            done = true;
            thrown = failed;
            value.emplace(std::move(got));
        });
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{5};
        while (!done && context.run_one_until(deadline) != 0) {
        }
        if (thrown) {
            std::rethrow_exception(thrown);
        }
        return done ? std::move(*value) : throw std::runtime_error{"it is not done after five minutes"};
    }

    /// Has the provider answer all that has reached it.
    void settle() {
        while (context.poll() != 0) {
        }
    }

    /// A login, a user's consent and all.
    awaitable<token> log_in() {
        const authorization login = client.authorize();
        http_request consent{"GET", login.url};
        consent.add_header("X-Sandbox-Decision", "allow");
        const http_response answer = co_await pool.send(std::move(consent));
        const std::optional<std::string_view> location = answer.header("Location");
        if (!location) {
            throw std::logic_error{"the sandbox did not redirect"};
        }
        grant redeemed = client.read_callback(login, *location);
        co_return co_await client.exchange(std::move(redeemed));
    }

    /// How often tokens were asked for, at a login or for a refresh.
    [[nodiscard]] std::uint64_t token_requests() const { return server.calls("hike", "POST /oauth/token"); }

    /// A worker's arguments.
    [[nodiscard]] std::vector<std::string> arguments(std::string what) const {
        return {std::move(what), here.folder().string(), std::to_string(here.provider_port())};
    }

    boost::asio::io_context context{1};
    const scratch folder{};
    sandbox::server server{context.get_executor()};
    const ground here{folder / "", server.port()};
    connection_pool pool{context.get_executor(), prepared().reach()};
    const coauth::client client{here.client(pool)};

private:
    const ground& prepared() const {
        here.prepare(server.ca_pem());
        return here;
    }
};

}  // namespace coauth::test
