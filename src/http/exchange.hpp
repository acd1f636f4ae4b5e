#pragma once

#include "http/input_buffer.hpp"
#include "http/response_reader.hpp"

#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/core/secret.hpp>
#include <coauth/http/awaitable.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace coauth::http {

/// What an exchange came to, and what became of its connection.
struct exchange_result {
    result<http_response> response;   ///< Complete, or why not; a failure has `request_sent` set rightly.
    bool request_sent = false;        ///< A byte of the request was written: the peer may have read it.
    bool response_begun = false;      ///< A byte of an answer came.
    bool reusable = false;            ///< The connection may serve again: all that was read belonged to the answer.
    std::size_t bytes_left_over = 0;  ///< Bytes that came behind the answer.
};

/// Told how far an exchange is, on the stream's executor.
class exchange_progress {
public:
    virtual void request_written() noexcept = 0;
    virtual void response_begun() noexcept = 0;

protected:
    ~exchange_progress() = default;
};

/// What an error of a stream means to an exchange. `operation_aborted` is `errc::cancelled`: whoever aborted knows why.
[[nodiscard]] failure stream_failure(const boost::system::error_code& error, bool response_begun);

/// The failure of an exchange whose answer came although nothing was asked.
[[nodiscard]] failure unasked_answer();

/// One request and its answer on a stream, again and again: a connection keeps one of these and its buffers with it.
///
/// The request is written and the answer awaited at the same time, so that a peer that answers early and stops reading
/// is understood. Everything happens on the stream's executor, where `run` has to be started. It is ended early by
/// closing the stream, never by cancelling the coroutine; it knows no deadline.
///
/// `Stream` is an asynchronous read and write stream with `get_executor` and a `lowest_layer` that can be closed. What
/// it has received and not yet handed out (a record in OpenSSL's buffers) is its owner's to look for before it is used
/// again.
template <class Stream>
class exchange {
public:
    exchange(Stream& stream, response_limits limits)
        : stream_(stream), reader_(limits), input_(limits.header_bytes + least_read) {}
    ~exchange() { wipe(request_); }

    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;

    /// Where the next request is to be written before `run`. Its memory is wiped after each exchange.
    [[nodiscard]] std::string& request() noexcept { return request_; }

    /// Sends `request()` and awaits the whole answer. Doesn't throw; doesn't end with an operation under way.
    awaitable<exchange_result> run(response_body body, exchange_progress* progress = nullptr);

private:
    static constexpr std::size_t least_read = 4096;

    /// With several threads an answer may be read before the writing that it answers is told to have ended. Longer than
    /// that takes, and short for the peer that answers early and reads no more.
    static constexpr std::chrono::milliseconds early_answer_grace{100};

    void begin(response_body body, exchange_progress* progress);
    void start_writing();
    void writing_ended(const boost::system::error_code& error, std::size_t bytes);
    awaitable<void> read_response();
    awaitable<void> wait_until_written(std::chrono::steady_clock::time_point limit);
    void take_bytes(std::size_t count);
    void reading_failed(const boost::system::error_code& error);
    void close_stream();
    exchange_result conclude();

    Stream& stream_;
    response_reader reader_;
    std::string request_;
    input_buffer input_;
    exchange_progress* progress_ = nullptr;

    std::optional<failure> failure_;
    boost::system::error_code write_error_;
    std::size_t bytes_written_ = 0;
    bool writing_ = false;
    bool closed_ = false;
    std::optional<boost::asio::steady_timer> written_;  // while the end of the writing is awaited, which cancels it
};

template <class Stream>
awaitable<exchange_result> exchange<Stream>::run(response_body body, exchange_progress* progress) {
    begin(body, progress);
    start_writing();
    co_await read_response();
    if (writing_ && !failure_)
        co_await wait_until_written(std::chrono::steady_clock::now() + early_answer_grace);
    if (writing_) {
        close_stream();
        co_await wait_until_written(std::chrono::steady_clock::time_point::max());
    }
    co_return conclude();
}

template <class Stream>
void exchange<Stream>::begin(response_body body, exchange_progress* progress) {
    reader_.begin(body);
    progress_ = progress;
    failure_.reset();
    write_error_ = {};
    bytes_written_ = 0;
}

template <class Stream>
void exchange<Stream>::start_writing() {
    writing_ = true;
    boost::asio::async_write(
        stream_, boost::asio::buffer(request_),
        [this](const boost::system::error_code& error, std::size_t bytes) { writing_ended(error, bytes); });
}

template <class Stream>
void exchange<Stream>::writing_ended(const boost::system::error_code& error, std::size_t bytes) {
    writing_ = false;
    write_error_ = error;
    bytes_written_ = bytes;
    if (written_)
        written_->cancel();
    if (!error) {
        if (progress_)
            progress_->request_written();
    } else if (bytes == 0) {
        close_stream();  // nothing was asked, so no answer is to be awaited
    }
}

template <class Stream>
awaitable<void> exchange<Stream>::read_response() {
    while (!reader_.done() && !failure_) {
        boost::system::error_code error;
        const std::size_t count = co_await stream_.async_read_some(
            input_.space(), boost::asio::redirect_error(boost::asio::use_awaitable, error));
        take_bytes(count);
        if (error && !reader_.done() && !failure_)
            reading_failed(error);
    }
}

template <class Stream>
void exchange<Stream>::take_bytes(std::size_t count) {
    if (count == 0)
        return;
    const bool first = !reader_.started();
    input_.commit(count);
    auto used = reader_.feed(input_.bytes());
    if (first && progress_)
        progress_->response_begun();
    if (used)
        input_.consume(*used);
    else
        failure_ = std::move(used).error();
}

template <class Stream>
void exchange<Stream>::reading_failed(const boost::system::error_code& error) {
    if (error == boost::asio::error::eof && reader_.started()) {
        if (auto finished = reader_.finish_at_eof(); !finished)
            failure_ = std::move(finished).error();
        return;
    }
    // Where the stream was closed because nothing could be written, the reason is the writing's.
    const bool own_doing = error == boost::asio::error::operation_aborted && write_error_;
    failure_ = stream_failure(own_doing ? write_error_ : error, reader_.started());
}

template <class Stream>
void exchange<Stream>::close_stream() {
    closed_ = true;
    boost::system::error_code ignored;
    stream_.lowest_layer().close(ignored);
}

template <class Stream>
awaitable<void> exchange<Stream>::wait_until_written(std::chrono::steady_clock::time_point limit) {
    written_.emplace(stream_.get_executor(), limit);
    boost::system::error_code ended;
    while (writing_ && std::chrono::steady_clock::now() < limit)
        co_await written_->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ended));
    written_.reset();
}

template <class Stream>
exchange_result exchange<Stream>::conclude() {
    exchange_result ended;
    ended.request_sent = bytes_written_ > 0;
    ended.response_begun = reader_.started();
    ended.bytes_left_over = input_.bytes().size();
    if (!failure_ && !ended.request_sent)
        failure_ = unasked_answer();
    if (failure_) {
        failure_->request_sent = ended.request_sent;
        ended.response = *std::move(failure_);
    } else {
        ended.reusable = reader_.keep_alive() && !closed_ && !write_error_ && ended.bytes_left_over == 0;
        ended.response = reader_.take();
    }
    wipe(request_);
    input_.wipe();
    return ended;
}

}  // namespace coauth::http
