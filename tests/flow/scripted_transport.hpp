#pragma once

#include "tests/failure_of.hpp"

#include <coauth/http/transport.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace coauth::test {

/// A transport without a network: it keeps what was sent and answers from a list.
class scripted_transport final : public transport {
public:
    void answer(unsigned status, std::string body, std::vector<std::pair<std::string, std::string>> headers = {}) {
        http_response response{status, std::move(body)};
        for (const auto& [name, value] : headers) {
            response.add_header(name, value);
        }
        script_.emplace_back([response] { return response; });
    }

    template <class Exception>
    void fail(Exception thrown) {
        script_.emplace_back([thrown]() -> http_response { throw thrown; });
    }

    /// Never answers; only cancellation ends it.
    void hang() { script_.emplace_back(nullptr); }

    awaitable<http_response> send(http_request request) override {
        sent.push_back(std::move(request));
        co_await boost::asio::post(boost::asio::use_awaitable);
        if (script_.empty()) {
            throw std::logic_error("the script has no further answer");
        }
        const std::function<http_response()> next = std::move(script_.front());
        script_.pop_front();
        if (!next) {
            boost::asio::steady_timer never(co_await boost::asio::this_coro::executor,
                                            boost::asio::steady_timer::time_point::max());
            co_await never.async_wait(boost::asio::use_awaitable);
        }
        co_return next();
    }

    [[nodiscard]] bool exhausted() const { return script_.empty(); }

    std::vector<http_request> sent;

private:
    std::deque<std::function<http_response()>> script_;
};

/// Runs one awaitable to its end and returns what it returns, or throws what it throws.
template <class T>
T run(awaitable<T> operation) {
    boost::asio::io_context context;
    auto outcome = boost::asio::co_spawn(context, std::move(operation), boost::asio::use_future);
    context.run();
    return outcome.get();
}

/// Runs one awaitable that must fail, and returns how.
template <class T>
failure failure_of(awaitable<T> operation) {
    return failure_of([&] { run(std::move(operation)); });
}

}  // namespace coauth::test
