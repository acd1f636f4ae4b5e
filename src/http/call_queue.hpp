#pragma once

#include "http/call.hpp"

#include <coauth/core/clock.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace coauth::http {

/// The calls that wait for a connection, in their order. Each stands in the list itself and is kept by it.
///
/// Thousands may wait, and none of them is in the processor's caches when its turn comes: so the next one is fetched
/// while the one before is served. Not thread-safe.
class call_queue {
public:
    call_queue() = default;
    call_queue(const call_queue&) = delete;
    call_queue& operator=(const call_queue&) = delete;
    ~call_queue() {
        while (!empty()) {
            pop_front();
        }
    }

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    void push_back(std::shared_ptr<call> last) noexcept { insert(std::move(last), last_, nullptr); }
    void push_front(std::shared_ptr<call> first) noexcept { insert(std::move(first), nullptr, first_); }

    /// Of one that is not empty.
    std::shared_ptr<call> pop_front() noexcept {
        std::shared_ptr<call> first = erase(*first_);
        if (first_ != nullptr) {
            fetch(first_, sizeof *first_);
        }
        const http_request& to_be_written = first->request;
        fetch(to_be_written.url().data(),
              to_be_written.url().size() + to_be_written.header_bytes() + to_be_written.body().size());
        return first;
    }

    /// One that is in it.
    std::shared_ptr<call> erase(call& from) noexcept {
        (from.before != nullptr ? from.before->behind : first_) = from.behind;
        (from.behind != nullptr ? from.behind->before : last_) = from.before;
        from.before = from.behind = nullptr;
        if (--size_ == 0) {
            earliest_deadline_ = clock::steady_time::max();
        }
        return std::move(from.queued);
    }

    /// Null where the queue ends.
    [[nodiscard]] call* front() const noexcept { return first_; }

    /// No call in it has an earlier deadline.
    [[nodiscard]] clock::steady_time earliest_deadline() const noexcept { return earliest_deadline_; }
    /// Whoever has looked at all of them may say so.
    void set_earliest_deadline(clock::steady_time at) noexcept { earliest_deadline_ = at; }

private:
    void insert(std::shared_ptr<call> added, call* before, call* behind) noexcept {
        call* const self = added.get();
        self->before = before;
        self->behind = behind;
        (before != nullptr ? before->behind : first_) = self;
        (behind != nullptr ? behind->before : last_) = self;
        earliest_deadline_ = std::min(earliest_deadline_, self->deadline());
        self->queued = std::move(added);
        ++size_;
    }

    static void fetch(const void* what, std::size_t bytes) noexcept {
        constexpr std::size_t memory_line = 64;
        const auto* const at = static_cast<const char*>(what);
        for (std::size_t offset = 0; offset < bytes; offset += memory_line) {
            __builtin_prefetch(at + offset);
        }
    }

    call* first_ = nullptr;
    call* last_ = nullptr;
    std::size_t size_ = 0;
    clock::steady_time earliest_deadline_ = clock::steady_time::max();
};

}  // namespace coauth::http
