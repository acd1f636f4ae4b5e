#pragma once

#include "http/parked_caller.hpp"
#include "http/request_writer.hpp"
#include "http/response_reader.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/http/observer.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace coauth::http {

class connection;

/// What a call comes to.
using call_result = parked_caller<http_response>::result;

/// One request on its way through the pool, from `send` until its caller is resumed.
class call {
    std::string wire_;  // before `target`: there is none where nothing could be written

public:
    using completion = parked_caller<http_response>::completion;

    /// Throws `coauth::error` with `errc::invalid_argument` for a request that may not be sent, or whose URL was none.
    call(std::uint64_t number, http_request&& request, result<std::shared_ptr<const destination>> goes_to,
         clock::steady_time now, std::chrono::milliseconds limit);
    ~call();

    call(const call&) = delete;
    call& operator=(const call&) = delete;

    const std::uint64_t number;
    const std::shared_ptr<const destination> target;
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

    /// Parked before the call is submitted, and resumed once the ledger has ended it.
    parked_caller<http_response> caller;
};

}  // namespace coauth::http
