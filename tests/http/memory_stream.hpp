#pragma once

#include <coauth/http/awaitable.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/socket_base.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace coauth::test {

/// A stream in memory whose peer follows a script: what it answers, in which pieces, and which step breaks.
///
/// Each call of `read_some` or `write_some` that does not block is a step, counted from 1, and so is each wait. The
/// peer answers when `answers_after` bytes have been written. A wait that nothing can end lasts until the stream breaks
/// or is shut down.
class memory_stream {
public:
    using executor_type = boost::asio::any_io_executor;
    using error_code = boost::system::error_code;
    static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

    explicit memory_stream(executor_type where) : where_(std::move(where)) {}

    // The script.
    std::deque<std::string> pieces;     ///< Each is handed out by one read, or by several if it does not fit.
    std::optional<error_code> ends;     ///< What reads say behind the last piece; nothing: they wait.
    std::size_t answers_after = 1;      ///< Bytes that must have been written before the first piece comes.
    std::size_t takes_at_once = 1000;   ///< What one write takes at most.
    std::size_t takes_at_most = never;  ///< Beyond that, writes wait.
    std::size_t breaks_at = never;      ///< This step and all later ones fail with `breaks_with`...
    error_code breaks_with;
    std::size_t closes_at = never;  ///< ...or, at this step, somebody closes the stream on our side.

    // What happened.
    [[nodiscard]] const std::string& written() const noexcept { return written_; }
    [[nodiscard]] std::size_t steps() const noexcept { return steps_; }
    [[nodiscard]] bool closed() const noexcept { return broken_ == boost::asio::error::operation_aborted; }
    [[nodiscard]] bool broken() const noexcept { return broken_.has_value(); }

    [[nodiscard]] executor_type get_executor() const noexcept { return where_; }
    void shutdown() { break_with(boost::asio::error::operation_aborted); }

    std::size_t read_some(boost::asio::mutable_buffer into, error_code& error) {
        if (!readable())
            return fail(error, boost::asio::error::would_block);
        step();
        if (broken_)
            return fail(error, *broken_);
        if (pieces.empty())
            return fail(error, *ends);
        const std::size_t count = boost::asio::buffer_copy(into, boost::asio::buffer(pieces.front()));
        pieces.front().erase(0, count);
        if (pieces.front().empty())
            pieces.pop_front();
        error = {};
        return count;
    }

    std::size_t write_some(boost::asio::const_buffer from, error_code& error) {
        if (!writable())
            return fail(error, boost::asio::error::would_block);
        step();
        if (broken_)
            return fail(error, *broken_);
        const std::size_t count = std::min({from.size(), takes_at_once, room()});
        written_.append(static_cast<const char*>(from.data()), count);
        wake();
        error = {};
        return count;
    }

    template <class Handler>
    void async_wait(boost::asio::socket_base::wait_type what, Handler handler) {
        (what == boost::asio::socket_base::wait_read ? reading_ : writing_) = keep(std::move(handler));
        step();
        wake();
    }

private:
    using completion = std::function<void(error_code)>;

    /// Carries it out where it wants to be.
    template <class Handler>
    completion keep(Handler handler) {
        auto kept = std::make_shared<Handler>(std::move(handler));
        return [kept, where = where_](error_code error) {
            const auto home = boost::asio::get_associated_executor(*kept, where);
            boost::asio::post(home, [kept, error] { std::move (*kept)(error); });
        };
    }

    static std::size_t fail(error_code& error, error_code with) {
        error = with;
        return 0;
    }

    [[nodiscard]] std::size_t room() const { return takes_at_most - std::min(takes_at_most, written_.size()); }
    [[nodiscard]] bool writable() const { return broken_ || room() > 0; }
    [[nodiscard]] bool readable() const {
        return broken_ || (written_.size() >= answers_after && (!pieces.empty() || ends));
    }

    void step() {
        ++steps_;
        if (steps_ == breaks_at)
            break_with(breaks_with);
        if (steps_ == closes_at)
            break_with(boost::asio::error::operation_aborted);
    }

    void break_with(error_code error) {
        if (!broken_)
            broken_ = error;
        wake();
    }

    /// Those who wait and need not any more.
    void wake() {
        if (reading_ && readable())
            std::exchange(reading_, nullptr)({});
        if (writing_ && writable())
            std::exchange(writing_, nullptr)({});
    }

    executor_type where_;
    completion reading_;
    completion writing_;
    std::string written_;
    std::size_t steps_ = 0;
    std::optional<error_code> broken_;
};

}  // namespace coauth::test
