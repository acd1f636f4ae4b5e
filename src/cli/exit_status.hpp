#pragma once

#include <coauth/core/error.hpp>

#include <stdexcept>
#include <string>

namespace coauth::cli {

/// What the program tells its caller: one value for each class of failure.
enum class exit_status {
    done = 0,
    refused = 1,        ///< The provider refused.
    usage = 2,          ///< The command line, a profile, or a file.
    http = 3,           ///< An HTTP status without an OAuth error.
    protocol = 4,       ///< An answer that is not understood or not allowed.
    tls = 5,            ///< TLS did not come about.
    timeout = 6,        ///< A deadline passed.
    network = 7,        ///< Name, connection or proxy.
    callback = 8,       ///< A callback was refused.
    login = 9,          ///< No usable token is kept: log in.
    store = 10,         ///< The token store.
    interrupted = 130,  ///< SIGINT or SIGTERM.
};

[[nodiscard]] exit_status status_of(failure_class value) noexcept;

/// A failure of the program's own, that the library has no word for. Its text is the line that the user sees.
class program_error : public std::runtime_error {
public:
    explicit program_error(const std::string& line, exit_status status = exit_status::usage)
        : std::runtime_error(line), status_(status) {}

    [[nodiscard]] exit_status status() const noexcept { return status_; }

private:
    exit_status status_;
};

}  // namespace coauth::cli
