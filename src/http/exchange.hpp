#pragma once

#include "http/input_buffer.hpp"
#include "http/operation_memory.hpp"
#include "http/response_reader.hpp"

#include <coauth/core/error.hpp>
#include <coauth/core/http_message.hpp>
#include <coauth/http/awaitable.hpp>

#include <boost/asio/append.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
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

/// Who has begun an exchange: told how far it is, and what it came to, on the stream's executor.
class exchange_owner {
public:
    virtual ~exchange_owner() = default;

    virtual void request_written() noexcept {}
    virtual void response_begun() noexcept {}

    /// Once, never from within `exchange::start`, and with no operation under way: the next exchange may be started
    /// from here.
    virtual void exchange_ended(exchange_result ended) = 0;
};

/// What an error of a stream means to an exchange. `operation_aborted` is `errc::cancelled`: whoever aborted knows why.
[[nodiscard]] failure stream_failure(const boost::system::error_code& error, bool response_begun);

/// The failure of an exchange whose answer came although nothing was asked.
[[nodiscard]] failure unasked_answer();

/// One request and its answer on a stream, again and again: a connection keeps one of these and its buffers with it.
///
/// The request is written, as a rule at once, and then its answer awaited. Where the stream takes no more of it, both
/// are done side by side, so that a peer that answers early and stops reading is understood. It is ended early by
/// shutting the stream down; it knows no deadline.
///
/// `Stream` has `read_some` and `write_some`, which never block but fail with `would_block`; `async_wait`, for when it
/// is worth another try; `shutdown`, which ends every wait; and `get_executor`. What it has received and not yet handed
/// out (a record in OpenSSL's buffers) is its owner's to look for before it is used again.
///
/// Threads: one at a time; everything else happens on the stream's executor.
template <class Stream>
class exchange {
public:
    using owner = std::shared_ptr<exchange_owner>;

    exchange(Stream& stream, response_limits limits)
        : stream_(stream), reader_(limits), input_(limits.header_bytes + least_read) {}

    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;

    /// Sends `request` and awaits the whole answer. The operations under way have `kept`, which keeps all this and the
    /// request alive, and nothing else has it: so it dies with them if they are never carried out.
    void start(std::string_view request, response_body body, owner kept);

    /// `start` in two halves, for who has more to send before an answer can be there: `receive` is to follow if `send`
    /// returns true.
    [[nodiscard]] bool send(std::string_view request, response_body body, const owner& kept);
    void receive(owner kept);

    /// The same for a coroutine, which keeps the request. Doesn't throw.
    awaitable<exchange_result> run(std::string_view request, response_body body);

    /// Gives back the memory of its buffer, until the next exchange.
    void release_memory() noexcept;

private:
    using wait_type = boost::asio::socket_base::wait_type;

    static constexpr std::size_t least_read = 4096;

    template <class Handler>
    struct waiting_coroutine;

    void begin(std::string_view request, response_body body);
    template <class Handler>
    void wait(wait_type what, Handler handler);
    void write(boost::system::error_code error, exchange_owner& told);
    void await_room(owner kept);
    void read(boost::system::error_code error, exchange_owner& told);
    void await_answer(owner kept);
    void take_bytes(std::size_t count, exchange_owner& told);
    void reading_failed(const boost::system::error_code& error);
    void close_stream();
    exchange_result conclude();

    Stream& stream_;
    response_reader reader_;
    std::string_view request_;  // what is to be written of it
    input_buffer input_;

    std::optional<failure> failure_;
    boost::system::error_code write_error_;
    std::size_t bytes_written_ = 0;
    bool writing_ = false;
    bool reading_ = false;
    bool closed_ = false;
    operation_memory<384> operation_;                                               // of the one that waits
    std::optional<boost::asio::strand<typename Stream::executor_type>> both_ways_;  // if the stream did not take it all
};

template <class Stream>
void exchange<Stream>::start(std::string_view request, response_body body, owner kept) {
    if (send(request, body, kept))
        receive(std::move(kept));
}

template <class Stream>
bool exchange<Stream>::send(std::string_view request, response_body body, const owner& kept) {
    begin(request, body);
    write({}, *kept);
    if (writing_) {
        both_ways_.emplace(stream_.get_executor());
        reading_ = true;
        boost::asio::post(*both_ways_, [this, kept]() mutable {
            await_room(kept);
            await_answer(std::move(kept));
        });
        return false;
    }
    if (failure_) {
        boost::asio::post(stream_.get_executor(), [this, kept] { kept->exchange_ended(conclude()); });
        return false;
    }
    reading_ = true;
    return true;
}

template <class Stream>
void exchange<Stream>::receive(owner kept) {
    await_answer(std::move(kept));
}

template <class Stream>
template <class Handler>
struct exchange<Stream>::waiting_coroutine final : exchange_owner {
    explicit waiting_coroutine(Handler handler) : resumed{std::move(handler)} {}
    void exchange_ended(exchange_result ended) override {
        boost::asio::dispatch(boost::asio::append(std::move(resumed), std::move(ended)));
    }
    Handler resumed;
};

template <class Stream>
awaitable<exchange_result> exchange<Stream>::run(std::string_view request, response_body body) {
    const auto begin = [](auto handler, exchange* self, std::string_view asked, response_body expected) {
        self->start(asked, expected, std::make_shared<waiting_coroutine<decltype(handler)>>(std::move(handler)));
    };
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(exchange_result)>(
        begin, boost::asio::use_awaitable, this, request, body);
}

template <class Stream>
void exchange<Stream>::begin(std::string_view request, response_body body) {
    request_ = request;
    reader_.begin(body);
    failure_.reset();
    write_error_ = {};
    bytes_written_ = 0;
}

/// One wait at a time needs no strand, two do.
template <class Stream>
template <class Handler>
void exchange<Stream>::wait(wait_type what, Handler handler) {
    if (both_ways_) {
        stream_.async_wait(what, boost::asio::bind_executor(*both_ways_, std::move(handler)));
    } else {
        stream_.async_wait(what, boost::asio::bind_allocator(operation_.get(), std::move(handler)));
    }
}

/// Writes what the stream takes; `writing_` if there is more.
template <class Stream>
void exchange<Stream>::write(boost::system::error_code error, exchange_owner& told) {
    while (!error && !request_.empty()) {
        const std::size_t count = stream_.write_some(boost::asio::buffer(request_), error);
        request_.remove_prefix(count);
        bytes_written_ += count;
    }
    writing_ = error == boost::asio::error::would_block;
    if (writing_)
        return;
    write_error_ = error;
    if (!error)
        told.request_written();
    else if (bytes_written_ == 0 && !closed_)  // nothing was asked, so no answer is to be awaited
        failure_ = stream_failure(error, false);
}

template <class Stream>
void exchange<Stream>::await_room(owner kept) {
    wait(boost::asio::socket_base::wait_write,
         [this, kept = std::move(kept)](const boost::system::error_code& error) mutable {
             write(error, *kept);
             if (writing_)
                 await_room(std::move(kept));
             else if (!reading_)
                 kept->exchange_ended(conclude());
             else if (failure_)
                 close_stream();  // which ends the reading
         });
}

template <class Stream>
void exchange<Stream>::await_answer(owner kept) {
    wait(boost::asio::socket_base::wait_read,
         [this, kept = std::move(kept)](const boost::system::error_code& error) mutable {
             read(error, *kept);
             if (reading_)
                 await_answer(std::move(kept));
             else if (writing_)  // an answer to a request that is not written whole is the end of the connection
                 close_stream();
             else
                 kept->exchange_ended(conclude());
         });
}

/// Reads what is there; `reading_` if more is to come.
template <class Stream>
void exchange<Stream>::read(boost::system::error_code error, exchange_owner& told) {
    do {
        std::size_t count = 0;
        if (!error)
            count = stream_.read_some(input_.space(), error);
        if (error == boost::asio::error::would_block)
            return;
        take_bytes(count, told);
        if (error && !reader_.done() && !failure_)
            reading_failed(error);
    } while (!error && !reader_.done() && !failure_);
    reading_ = false;
}

template <class Stream>
void exchange<Stream>::take_bytes(std::size_t count, exchange_owner& told) {
    if (count == 0)
        return;
    const bool first = !reader_.started();
    input_.commit(count);
    auto used = reader_.feed(input_.bytes());
    if (first)
        told.response_begun();
    if (used)
        input_.consume(*used);
    else if (!failure_)
        failure_ = std::move(used).error();
}

template <class Stream>
void exchange<Stream>::reading_failed(const boost::system::error_code& error) {
    if (error == boost::asio::error::eof && reader_.started()) {
        if (auto finished = reader_.finish_at_eof(); !finished)
            failure_ = std::move(finished).error();
        return;
    }
    // Where the stream was shut down because nothing could be written, the reason is the writing's.
    failure_ = stream_failure(write_error_ ? write_error_ : error, reader_.started());
}

template <class Stream>
void exchange<Stream>::close_stream() {
    closed_ = true;
    stream_.shutdown();
}

/// Nothing is under way any more.
template <class Stream>
exchange_result exchange<Stream>::conclude() {
    const bool sent = bytes_written_ > 0;
    const std::size_t left_over = input_.bytes().size();
    if (!failure_ && !sent)
        failure_ = unasked_answer();
    request_ = {};
    input_.wipe();
    both_ways_.reset();
    if (failure_) {
        failure_->request_sent = sent;
        return {*std::move(failure_), sent, reader_.started(), false, left_over};
    }
    const bool reusable = reader_.keep_alive() && !closed_ && !write_error_ && left_over == 0;
    return {reader_.take(), sent, reader_.started(), reusable, left_over};
}

template <class Stream>
void exchange<Stream>::release_memory() noexcept {
    input_.release();
}

}  // namespace coauth::http
