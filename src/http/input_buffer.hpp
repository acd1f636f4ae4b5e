#pragma once

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string.h>
#include <string_view>
#include <utility>

namespace coauth::http {

/// A buffer that is filled at its end and consumed at its front. It begins small, for many connections are idle most of
/// the time, and grows where an answer wants it. Whatever was in it is overwritten by `wipe`, and when it grows or
/// dies.
class input_buffer {
public:
    explicit input_buffer(std::size_t limit)
        : limit_(limit), capacity_(std::min(limit, smallest)), storage_(new char[capacity_]) {}
    ~input_buffer() { wipe(); }

    input_buffer(const input_buffer&) = delete;
    input_buffer& operator=(const input_buffer&) = delete;

    /// Where the next bytes may be put; empty when it is full.
    [[nodiscard]] boost::asio::mutable_buffer space() {
        if (end_ == capacity_ && capacity_ < limit_) {
            grow();
        }
        return {storage_.get() + end_, capacity_ - end_};
    }

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
    static constexpr std::size_t smallest = 4096;

    void grow() {
        const std::size_t more = std::min(limit_, 2 * capacity_);
        std::unique_ptr<char[]> larger(new char[more]);
        std::memcpy(larger.get(), storage_.get(), end_);
        explicit_bzero(storage_.get(), touched_);
        storage_ = std::move(larger);
        capacity_ = more;
        touched_ = end_;
    }

    std::size_t limit_;
    std::size_t capacity_;
    std::unique_ptr<char[]> storage_;
    std::size_t end_ = 0;
    std::size_t touched_ = 0;  // how far it was ever filled since it was wiped
};

}  // namespace coauth::http
