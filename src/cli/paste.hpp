#pragma once

#include <coauth/http/awaitable.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <optional>
#include <string>

namespace coauth::cli {

/// Lines of standard input, awaited while the rest of the program goes on.
class pasted_lines {
public:
    /// Throws `program_error` where standard input cannot be read.
    explicit pasted_lines(executor where);

    /// Leaves standard input as it was found: a terminal is shared with the shell.
    ~pasted_lines();

    pasted_lines(const pasted_lines&) = delete;
    pasted_lines& operator=(const pasted_lines&) = delete;

    /// The next line, trimmed, or nothing at the end of the input. A line may have 64 KiB.
    [[nodiscard]] awaitable<std::optional<std::string>> next();

private:
    boost::asio::posix::stream_descriptor input_;
    int flags_;
    std::string read_;
};

}  // namespace coauth::cli
