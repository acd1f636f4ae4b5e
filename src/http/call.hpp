#pragma once

#include "http/request_writer.hpp"
#include "http/response_reader.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/http/awaitable.hpp>
#include <coauth/http/observer.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace coauth::http {

class connection;

/// What a call comes to.
using call_result = std::variant<http_response, failure>;

/// One request on its way through the pool, from `send` until its caller is resumed.
class call {
public:
    using completion = boost::asio::any_completion_handler<void(std::exception_ptr, http_response)>;

    /// Throws `coauth::error` with `errc::invalid_argument` for a request that may not be sent.
    call(std::uint64_t number, const http_request& request, clock::steady_time now, std::chrono::milliseconds limit);
    ~call();

    call(const call&) = delete;
    call& operator=(const call&) = delete;

    const std::uint64_t number;
    const origin target;
    const std::string method;
    const std::string safe_url;
    const std::string provider;
    const std::string operation;
    const bool idempotent;
    const clock::steady_time started;
    const std::chrono::milliseconds limit;

    [[nodiscard]] clock::steady_time deadline() const noexcept { return started + limit; }

    /// The request as it goes over the wire.
    [[nodiscard]] std::string_view wire() const noexcept { return wire_; }
    [[nodiscard]] response_body answer_body() const noexcept;

    /// A failure of this call.
    [[nodiscard]] failure failed(errc code, std::string detail) const;

    /// `why`, told as a failure of this call.
    [[nodiscard]] failure failed(failure why) const;

    /// A byte of the request may have been written, in any attempt.
    std::atomic<bool> sent{false};

    // What follows is the ledger's, under the pool's mutex.

    enum class stage { waiting, served, done };
    stage now = stage::waiting;
    std::list<std::shared_ptr<call>>::iterator place;  ///< In the queue, while waiting.
    connection* opening = nullptr;                     ///< The connection that is being opened for it.
    connection* server = nullptr;                      ///< The connection that it is served by.
    std::uint64_t connection_number = 0;               ///< Of the last one that served it.
    unsigned attempts = 0;
    bool reused = false;  ///< The last attempt was on a connection that had served before.
    request_durations durations;

    /// Who is to be resumed, and where; before the call is submitted. The caller's context has this call for work, so
    /// it does not run dry, and die, as long as the call holds its executor.
    void set_caller(const executor& home, completion handler) {
        home_ = boost::asio::prefer(home, boost::asio::execution::outstanding_work.tracked);
        handler_.swap(handler);  // its move assignment recurses without end in Boost 1.81
    }

    /// Resumes the caller with `result`, on the caller's executor and never from within. Once.
    void resume_caller(call_result result);

    /// The caller's handler; to be destroyed where the caller cannot be resumed any more.
    [[nodiscard]] completion take_handler() noexcept {
        home_ = {};
        return std::move(handler_);
    }

private:
    std::string wire_;
    executor home_;
    completion handler_;
};

}  // namespace coauth::http
