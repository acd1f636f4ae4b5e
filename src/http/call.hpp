#pragma once

#include "http/operation_memory.hpp"
#include "http/parked_caller.hpp"
#include "http/request_writer.hpp"
#include "http/response_reader.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/http/observer.hpp>

#include <boost/intrusive/list_hook.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace coauth::http {

class connection;

/// What a call comes to.
using call_result = parked_caller<http_response>::result;

/// One request on its way through the pool, from `send` until its caller is resumed.
class call {
public:
    using completion = parked_caller<http_response>::completion;

    /// Throws `coauth::error` with `errc::invalid_argument` for a request that may not be sent, or whose URL was none.
    call(std::uint64_t number, http_request&& asked, result<std::shared_ptr<const destination>> goes_to,
         std::chrono::milliseconds limit);

    call(const call&) = delete;
    call& operator=(const call&) = delete;

    const std::uint64_t number;
    const http_request request;                       ///< One that may be sent.
    const std::shared_ptr<const destination> target;  ///< What its URL says.
    const std::chrono::milliseconds limit;
    clock::steady_time started{};  ///< Constant once it is submitted.

    [[nodiscard]] clock::steady_time deadline() const noexcept { return started + limit; }

    /// A failure of this call.
    [[nodiscard]] failure failed(errc code, std::string detail) const;

    /// `why`, told as a failure of this call.
    [[nodiscard]] failure failed(failure why) const;

    /// A byte of the request may have been written, in any attempt.
    std::atomic<bool> sent{false};

    // What follows is the ledger's, under the pool's mutex.

    enum class stage { waiting, served, done };
    stage now = stage::waiting;
    using queue_hook = boost::intrusive::list_member_hook<>;
    queue_hook place;                     ///< In the queue, while waiting.
    std::shared_ptr<call> queued;         ///< Itself, as long as it stands there.
    connection* opening = nullptr;        ///< The connection that is being opened for it.
    connection* server = nullptr;         ///< The connection that it is served by.
    std::uint64_t connection_number = 0;  ///< Of the last one that served it.
    unsigned attempts = 0;
    bool reused = false;  ///< The last attempt was on a connection that had served before.
    request_durations durations;

    /// Parked before the call is submitted, and resumed once the ledger has ended it.
    parked_caller<http_response> caller;
    call_result came_to;  ///< Its caller's, once the ledger has ended it.
    operation_memory<192> resumption;
};

/// What a call came to, for its caller alone. Keeps the call.
struct call_answer {
    call_result operator()() { return std::move(which->came_to); }
    std::shared_ptr<call> which;
};

}  // namespace coauth::http
