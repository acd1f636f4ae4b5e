#pragma once

#include "http/exchange.hpp"
#include "tests/http/memory_stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace coauth::test {

/// One exchange on a scripted stream, and how often it was told what.
class exchange_run final : public http::exchange_progress {
public:
    exchange_run() : stream(context.get_executor()), exchange(stream, http::response_limits{}) {}
    virtual ~exchange_run() = default;

    /// Returns nothing if the exchange hung.
    std::optional<http::exchange_result> operator()(http::response_body body = http::response_body::framed) {
        exchange.request() = request;
        boost::asio::co_spawn(context, exchange.run(body, this),
                              [this](std::exception_ptr thrown, http::exchange_result ended) {
                                  threw = thrown != nullptr;
                                  result = std::move(ended);
                              });
        context.restart();
        context.run();
        return std::exchange(result, std::nullopt);
    }

    [[nodiscard]] bool exchange_is_wiped() { return exchange.request().empty(); }

    void request_written() noexcept override { ++written; }
    void response_begun() noexcept override { ++begun; }

    std::string request = "POST /token HTTP/1.1\r\nHost: a.example\r\nContent-Length: 9\r\n\r\ncode=1234";
    boost::asio::io_context context;
    memory_stream stream;
    http::exchange<memory_stream> exchange;
    std::optional<http::exchange_result> result;
    bool threw = false;
    int written = 0;
    int begun = 0;
};

}  // namespace coauth::test
