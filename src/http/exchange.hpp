#pragma once

#include "http/input_buffer.hpp"
#include "http/response_reader.hpp"

#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/core/secret.hpp>
#include <coauth/http/awaitable.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

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
/// A long request is written and its answer awaited at the same time, so that a peer that answers early and stops
/// reading is understood; a short one is written first. Everything happens on the stream's executor, where it has to be
/// started. It is ended early by closing the stream; it knows no deadline.
///
/// `Stream` is an asynchronous read and write stream with `get_executor` and a `lowest_layer` that can be closed. What
/// it has received and not yet handed out (a record in OpenSSL's buffers) is its owner's to look for before it is used
/// again.
template <class Stream>
class exchange {
public:
    using completion = std::function<void(exchange_result)>;
    using owner = std::shared_ptr<void>;

    exchange(Stream& stream, response_limits limits)
        : stream_(stream), reader_(limits), input_(limits.header_bytes + least_read) {}
    ~exchange() { wipe(request_); }

    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;

    /// Where the next request is to be written before it is started. Its memory is wiped after each exchange.
    [[nodiscard]] std::string& request() noexcept { return request_; }

    /// Sends `request()` and awaits the whole answer, then calls `done`, once, with no operation under way: the next
    /// one may be started from there. `kept` keeps all this alive: the operations under way have it, and nothing else,
    /// so that it dies with them if they are never carried out. For that, `done` must not have it.
    void start(response_body body, exchange_progress* progress, const owner& kept, completion done);

    /// The same for a coroutine. Doesn't throw.
    awaitable<exchange_result> run(response_body body, exchange_progress* progress = nullptr);

private:
    static constexpr std::size_t least_read = 4096;

    /// What the kernel takes in whether the peer reads or not. When that much is written the answer may be there
    /// already; to look for it any earlier would be in vain.
    static constexpr std::size_t short_request = 4096;

    /// With several threads an answer may be read before the writing that it answers is told to have ended. Longer than
    /// that takes, and short for the peer that answers early and reads no more.
    static constexpr std::chrono::milliseconds early_answer_grace{100};

    void begin(response_body body, exchange_progress* progress);
    void write(const owner& kept);
    void writing_ended(const owner& kept, const boost::system::error_code& error, std::size_t bytes);
    void read(const owner& kept);
    void take_bytes(std::size_t count);
    void reading_failed(const boost::system::error_code& error);
    void reading_ended(const owner& kept);
    void close_stream();
    void finish();
    exchange_result conclude();

    Stream& stream_;
    response_reader reader_;
    std::string request_;
    input_buffer input_;
    exchange_progress* progress_ = nullptr;
    completion done_;

    std::optional<failure> failure_;
    boost::system::error_code write_error_;
    std::size_t bytes_written_ = 0;
    bool writing_ = false;
    bool reading_ = false;
    bool reads_later_ = false;  // once the request is written
    bool closed_ = false;
    std::optional<boost::asio::steady_timer> grace_;  // of the answer that came before its request was written
};

template <class Stream>
void exchange<Stream>::start(response_body body, exchange_progress* progress, const owner& kept, completion done) {
    begin(body, progress);
    done_ = std::move(done);
    write(kept);
    if (!reads_later_)
        read(kept);
}

template <class Stream>
awaitable<exchange_result> exchange<Stream>::run(response_body body, exchange_progress* progress) {
    const auto begin = [](auto handler, exchange* self, response_body expected, exchange_progress* told) {
        const auto caller = std::make_shared<decltype(handler)>(std::move(handler));
        self->start(expected, told, caller, [waits = std::weak_ptr{caller}](exchange_result ended) {
            if (const auto resumed = waits.lock()) {
                std::move (*resumed)(std::move(ended));
            }
        });
    };
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(exchange_result)>(
        begin, boost::asio::use_awaitable, this, body, progress);
}

template <class Stream>
void exchange<Stream>::begin(response_body body, exchange_progress* progress) {
    reader_.begin(body);
    progress_ = progress;
    failure_.reset();
    write_error_ = {};
    bytes_written_ = 0;
    reads_later_ = request_.size() <= short_request;
}

template <class Stream>
void exchange<Stream>::write(const owner& kept) {
    writing_ = true;
    boost::asio::async_write(
        stream_, boost::asio::buffer(request_),
        [this, kept](const boost::system::error_code& error, std::size_t bytes) { writing_ended(kept, error, bytes); });
}

template <class Stream>
void exchange<Stream>::writing_ended(const owner& kept, const boost::system::error_code& error, std::size_t bytes) {
    writing_ = false;
    write_error_ = error;
    bytes_written_ = bytes;
    if (!error && progress_)
        progress_->request_written();
    const bool nothing_asked = error && bytes == 0;  // so no answer is to be awaited
    if (nothing_asked && reading_)
        close_stream();
    else if (nothing_asked && reads_later_)
        failure_ = stream_failure(error, false);
    else if (reads_later_)
        return read(kept);
    if (!reading_)
        finish();
}

template <class Stream>
void exchange<Stream>::read(const owner& kept) {
    reading_ = true;
    stream_.async_read_some(input_.space(), [this, kept](const boost::system::error_code& error, std::size_t count) {
        take_bytes(count);
        if (error && !reader_.done() && !failure_)
            reading_failed(error);
        reader_.done() || failure_ ? reading_ended(kept) : read(kept);
    });
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
void exchange<Stream>::reading_ended(const owner& kept) {
    reading_ = false;
    if (!writing_) {
        finish();
    } else if (failure_) {
        close_stream();  // which ends the writing
    } else {
        grace_.emplace(stream_.get_executor(), early_answer_grace);
        grace_->async_wait([this, kept, limit = grace_->expiry()](const boost::system::error_code& cancelled) {
            if (!cancelled && grace_ && grace_->expiry() == limit)  // and not another exchange's
                close_stream();
        });
    }
}

/// Nothing is touched after `done`: it may start the next exchange, or be the end of this.
template <class Stream>
void exchange<Stream>::finish() {
    grace_.reset();
    const completion done = std::exchange(done_, nullptr);
    done(conclude());
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
