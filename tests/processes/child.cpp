#include "tests/processes/child.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace coauth::test {
namespace {

namespace asio = boost::asio;

[[noreturn]] void throw_errno(const char* what) {
    throw std::system_error{errno, std::generic_category(), what};
}

/// In the new process, where nothing may be allocated: another thread may have held the heap's lock.
[[noreturn]] void become(char** words, int input, int output, pid_t parent) noexcept {
    constexpr unsigned first_other = 3;
    const bool ready = ::dup2(input, STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0 &&
                       ::close_range(first_other, ~0U, 0) == 0 && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
    if (ready && ::getppid() == parent) {
        ::execv(words[0], words);
    }
    ::_exit(EXIT_FAILURE);
}

pid_t start(std::vector<std::string> arguments, int input, int output) {
    arguments.insert(arguments.begin(), COAUTH_TEST_WORKER);
    std::vector<char*> words;
    for (std::string& each : arguments) {
        words.push_back(each.data());
    }
    words.push_back(nullptr);
    const pid_t parent = ::getpid();
    const pid_t id = ::fork();
    if (id < 0) {
        throw_errno("fork");
    }
    if (id == 0) {
        become(words.data(), input, output, parent);
    }
    return id;
}

}  // namespace

pipe_pair::pipe_pair() {
    if (::pipe(ends_) != 0) {
        throw_errno("pipe");
    }
}

pipe_pair::~pipe_pair() {
    if (ends_[0] >= 0) {
        ::close(ends_[0]);
    }
    close_write_end();
}

int pipe_pair::release_read_end() noexcept {
    return std::exchange(ends_[0], -1);
}

void pipe_pair::close_write_end() noexcept {
    if (ends_[1] >= 0) {
        ::close(std::exchange(ends_[1], -1));
    }
}

child::child(executor where, std::vector<std::string> arguments, const pipe_pair* input) : id_(-1), output_(where) {
    pipe_pair output;
    id_ = start(std::move(arguments), input != nullptr ? input->read_end() : STDIN_FILENO, output.write_end());
    output_.assign(output.release_read_end());
}

child::~child() {
    if (id_ > 0) {
        kill();
        ::waitpid(id_, nullptr, 0);
    }
}

awaitable<bool> child::read_some() {
    std::array<char, 4096> bytes{};
    boost::system::error_code ended;
    const std::size_t count =
        co_await output_.async_read_some(asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, ended));
    if (ended && ended != asio::error::eof) {
        throw boost::system::system_error{ended};
    }
    told_.append(bytes.data(), count);
    co_return !ended;
}

awaitable<void> child::read_until(std::size_t bytes) {
    while (told_.size() < bytes) {
        const bool more = co_await read_some();
        if (!more) {
            throw std::runtime_error{"a worker ended by itself, having told \"" + told_ + "\""};
        }
    }
}

awaitable<void> child::read_all() {
    for (bool more = true; more;) {
        more = co_await read_some();
    }
}

void child::kill() noexcept {
    ::kill(id_, SIGKILL);
}

int child::status() {
    int status = 0;
    if (::waitpid(std::exchange(id_, -1), &status, 0) < 0) {
        throw_errno("waitpid");
    }
    return status;
}

}  // namespace coauth::test
