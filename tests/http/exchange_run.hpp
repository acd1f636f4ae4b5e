#pragma once

#include "http/exchange.hpp"
#include "tests/http/memory_stream.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace coauth::test {

/// One exchange on a scripted stream, and how often it was told what.
class exchange_run {
public:
    exchange_run() : stream(context.get_executor()), exchange(stream, http::response_limits{}) {}

    /// Returns nothing if the exchange hung.
    std::optional<http::exchange_result> operator()(http::response_body body = http::response_body::framed) {
        exchange.start(request, body, std::make_shared<witness>(*this));
        context.restart();
        context.run();
        return std::exchange(result, std::nullopt);
    }

    std::string request = "POST /token HTTP/1.1\r\nHost: a.example\r\nContent-Length: 9\r\n\r\ncode=1234";
    boost::asio::io_context context;
    memory_stream stream;
    http::exchange<memory_stream> exchange;
    std::optional<http::exchange_result> result;
    int written = 0;
    int begun = 0;

private:
    class witness final : public http::exchange_owner {
    public:
        explicit witness(exchange_run& run) : run_(run) {}
        void request_written() noexcept override { ++run_.written; }
        void response_begun() noexcept override { ++run_.begun; }
        void exchange_ended(http::exchange_result ended) override { run_.result = std::move(ended); }

    private:
        exchange_run& run_;
    };
};

}  // namespace coauth::test
