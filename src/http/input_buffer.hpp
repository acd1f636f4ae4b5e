#pragma once

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string.h>
#include <string_view>

namespace coauth::http {

/// A buffer of fixed size that is filled at its end and consumed at its front. Whatever was in it is overwritten by
/// `wipe`, and when it dies.
class input_buffer {
public:
    explicit input_buffer(std::size_t capacity) : storage_(new char[capacity]), capacity_(capacity) {}
    ~input_buffer() { wipe(); }

    input_buffer(const input_buffer&) = delete;
    input_buffer& operator=(const input_buffer&) = delete;

    /// Where the next bytes may be put.
    [[nodiscard]] boost::asio::mutable_buffer space() noexcept { return {storage_.get() + end_, capacity_ - end_}; }

    void commit(std::size_t count) noexcept {
        end_ += count;
        touched_ = std::max(touched_, end_);
    }

    [[nodiscard]] std::string_view bytes() const noexcept { return {storage_.get(), end_}; }

    /// The rest moves to the front.
    void consume(std::size_t count) noexcept {
        end_ -= count;
        std::memmove(storage_.get(), storage_.get() + count, end_);
    }

    void wipe() noexcept {
        explicit_bzero(storage_.get(), touched_);
        end_ = 0;
        touched_ = 0;
    }

private:
    std::unique_ptr<char[]> storage_;
    std::size_t capacity_;
    std::size_t end_ = 0;
    std::size_t touched_ = 0;  // how far it was ever filled since it was wiped
};

}  // namespace coauth::http
