#pragma once

#include <coauth/http/awaitable.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <string>
#include <sys/types.h>
#include <vector>

namespace coauth::test {

/// A pipe of which both ends are closed with it.
class pipe_pair {
public:
    pipe_pair();
    ~pipe_pair();
    pipe_pair(const pipe_pair&) = delete;
    pipe_pair& operator=(const pipe_pair&) = delete;

    [[nodiscard]] int read_end() const noexcept { return ends_[0]; }
    [[nodiscard]] int release_read_end() noexcept;
    [[nodiscard]] int write_end() const noexcept { return ends_[1]; }
    void close_write_end() noexcept;

private:
    int ends_[2] = {-1, -1};
};

/// A worker's process: what it writes is read here. It is killed with this object, or with this process.
class child {
public:
    /// Starts it. `input`, if any, is the pipe that it reads from.
    child(executor where, std::vector<std::string> arguments, const pipe_pair* input = nullptr);
    ~child();
    child(const child&) = delete;
    child& operator=(const child&) = delete;

    /// Reads until it has told so many bytes. Throws where it ends before.
    awaitable<void> read_until(std::size_t bytes);

    /// Reads until it ends.
    awaitable<void> read_all();

    /// All that was read.
    [[nodiscard]] const std::string& told() const noexcept { return told_; }

    void kill() noexcept;

    /// Waits for its end, and returns the status as waitpid(2) does.
    int status();

private:
    awaitable<bool> read_some();

    pid_t id_;
    boost::asio::posix::stream_descriptor output_;
    std::string told_;
};

}  // namespace coauth::test
