#pragma once

#include <coauth/http/awaitable.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace coauth::test {

/// A stream in memory whose peer follows a script: what it answers, in which pieces, and which step breaks.
///
/// Each call of `async_read_some` or `async_write_some` is a step, counted from 1. The peer answers when
/// `answers_after` bytes have been written. A read or write that nothing can complete waits until the stream breaks or
/// is closed.
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
    [[nodiscard]] memory_stream& lowest_layer() noexcept { return *this; }
    void close(error_code&) { break_with(boost::asio::error::operation_aborted); }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
            [this](auto handler, boost::asio::mutable_buffer into) {
                reading_ = keep(std::move(handler));
                into_ = into;
                step();
            },
            token, boost::asio::mutable_buffer(*boost::asio::buffer_sequence_begin(buffers)));
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
            [this](auto handler, boost::asio::const_buffer from) {
                writing_ = keep(std::move(handler));
                from_ = from;
                step();
            },
            token, boost::asio::const_buffer(*boost::asio::buffer_sequence_begin(buffers)));
    }

private:
    using completion = std::function<void(error_code, std::size_t)>;

    template <class Handler>
    static completion keep(Handler&& handler) {
        auto kept = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));
        return [kept](error_code error, std::size_t count) { std::move (*kept)(error, count); };
    }

    void step() {
        ++steps_;
        if (steps_ == breaks_at)
            return break_with(breaks_with);
        if (steps_ == closes_at)
            return break_with(boost::asio::error::operation_aborted);
        proceed();
    }

    void break_with(error_code error) {
        if (!broken_)
            broken_ = error;
        proceed();
    }

    void proceed() {
        if (writing_)
            proceed_writing();
        if (reading_)
            proceed_reading();
    }

    void proceed_writing() {
        if (broken_)
            return complete(writing_, *broken_, 0);
        const std::size_t room = takes_at_most - std::min(takes_at_most, written_.size());
        const std::size_t count = std::min({from_.size(), takes_at_once, room});
        if (count == 0)
            return;
        written_.append(static_cast<const char*>(from_.data()), count);
        complete(writing_, {}, count);
    }

    void proceed_reading() {
        if (broken_)
            return complete(reading_, *broken_, 0);
        if (written_.size() < answers_after)
            return;
        if (pieces.empty()) {
            if (ends)
                complete(reading_, *ends, 0);
            return;
        }
        const std::size_t count = boost::asio::buffer_copy(into_, boost::asio::buffer(pieces.front()));
        pieces.front().erase(0, count);
        if (pieces.front().empty())
            pieces.pop_front();
        complete(reading_, {}, count);
    }

    void complete(completion& waiting, error_code error, std::size_t count) {
        boost::asio::post(where_, [done = std::exchange(waiting, nullptr), error, count] { done(error, count); });
    }

    executor_type where_;
    completion reading_;
    completion writing_;
    boost::asio::mutable_buffer into_;
    boost::asio::const_buffer from_;
    std::string written_;
    std::size_t steps_ = 0;
    std::optional<error_code> broken_;
};

}  // namespace coauth::test
