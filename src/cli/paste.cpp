#include "cli/paste.hpp"

#include "cli/exit_status.hpp"
#include "cli/files.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <unistd.h>

namespace coauth::cli {

namespace asio = boost::asio;

pasted_lines::pasted_lines(executor where) : input_(where), flags_(::fcntl(STDIN_FILENO, F_GETFL)) {
    boost::system::error_code failed;
    const int copy = ::dup(STDIN_FILENO);
    if (flags_ < 0 || copy < 0 || input_.assign(copy, failed)) {
        throw program_error("cannot read standard input, where the callback's URL should be pasted");
    }
}

pasted_lines::~pasted_lines() {
    ::fcntl(STDIN_FILENO, F_SETFL, flags_);
    wipe(read_);
}

awaitable<std::optional<std::string>> pasted_lines::next() {
    constexpr std::size_t longest_line = 64 * 1024;
    auto buffer = asio::dynamic_buffer(read_, longest_line);
    const auto [failed, length] =
        co_await asio::async_read_until(input_, buffer, '\n', asio::as_tuple(asio::use_awaitable));
    const std::size_t taken = failed ? read_.size() : length;
    if (taken == 0) {
        co_return std::nullopt;
    }
    const std::string line(trimmed(std::string_view(read_).substr(0, taken)));
    read_.erase(0, taken);
    co_return line;
}

}  // namespace coauth::cli
