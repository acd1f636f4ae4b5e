#pragma once

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstddef>
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
    explicit input_buffer(std::size_t limit) : limit_(limit) {}
    ~input_buffer() { wipe(); }

    input_buffer(const input_buffer&) = delete;
    input_buffer& operator=(const input_buffer&) = delete;

    /// Where the next bytes may be put; empty when it is full.
    [[nodiscard]] boost::asio::mutable_buffer space() {
        if (end_ == capacity_ && capacity_ < limit_) {
            grow_to(std::min(limit_, std::max(smallest, 2 * capacity_)));
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
        std::copy_n(storage_.get() + count, end_, storage_.get());
    }

    void wipe() noexcept {
        if (touched_ != 0) {
            explicit_bzero(storage_.get(), touched_);
        }
        end_ = 0;
        touched_ = 0;
    }

    /// Wipes it and gives its memory back; it begins small again.
    void release() noexcept {
        wipe();
        storage_.reset();
        capacity_ = 0;
    }

private:
    static constexpr std::size_t smallest = 2048;

    void grow_to(std::size_t more) {
        std::unique_ptr<char[]> larger(new char[more]);
        const std::size_t kept = end_;
        std::copy_n(storage_.get(), kept, larger.get());
        wipe();
        storage_ = std::move(larger);
        capacity_ = more;
        commit(kept);
    }

    std::size_t limit_;
    std::size_t capacity_ = 0;
    std::unique_ptr<char[]> storage_;
    std::size_t end_ = 0;
    std::size_t touched_ = 0;  // how far it was ever filled since it was wiped
};

}  // namespace coauth::http
