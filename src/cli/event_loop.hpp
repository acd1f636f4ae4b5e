#pragma once

#include <coauth/http/awaitable.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>

namespace coauth::cli {

/// Where a command's coroutine runs, and the interrupts that end it.
class event_loop {
public:
    [[nodiscard]] executor where() { return context_.get_executor(); }

    /// Runs the step to its end and returns what it returned; once. SIGINT and SIGTERM cancel it; then, and only if
    /// that ended it, throws `program_error` with `exit_status::interrupted`.
    boost::json::value run(awaitable<boost::json::value> step);

private:
    boost::asio::io_context context_{1};
};

}  // namespace coauth::cli
