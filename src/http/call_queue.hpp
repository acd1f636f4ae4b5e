#pragma once

#include "core/memory_line.hpp"
#include "http/call.hpp"

#include <coauth/core/clock.hpp>

#include <boost/intrusive/list.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace coauth::http {

/// The calls that wait for a connection, in their order. Each stands in the list itself and is kept by it.
///
/// Thousands may wait, and none of them is in the processor's caches when its turn comes: so the next one is fetched
/// while the one before is served, and none is looked at for its deadline before one may be due. Not thread-safe.
class call_queue {
    using place = boost::intrusive::member_hook<call, call::queue_hook, &call::place>;
    using list = boost::intrusive::list<call, place>;

public:
    call_queue() = default;
    call_queue(const call_queue&) = delete;
    call_queue& operator=(const call_queue&) = delete;
    ~call_queue() {
        while (!empty()) {
            take_first();
        }
    }

    [[nodiscard]] bool empty() const noexcept { return calls_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return calls_.size(); }
    [[nodiscard]] list::iterator begin() noexcept { return calls_.begin(); }
    [[nodiscard]] list::iterator end() noexcept { return calls_.end(); }

    void push_back(std::shared_ptr<call> last) noexcept { insert(calls_.end(), std::move(last)); }
    void push_front(std::shared_ptr<call> first) noexcept { insert(calls_.begin(), std::move(first)); }

    /// Of one that is not empty.
    std::shared_ptr<call> take_first() noexcept {
        std::shared_ptr<call> first = take(calls_.front());
        if (!empty()) {
            fetch(&calls_.front(), sizeof(call));
        }
        const http_request& to_be_written = first->request;
        fetch(to_be_written.url().data(),
              to_be_written.url().size() + to_be_written.header_bytes() + to_be_written.body().size());
        return first;
    }

    /// One that is in it.
    std::shared_ptr<call> take(call& one) noexcept {
        calls_.erase(calls_.iterator_to(one));
        if (empty()) {
            earliest_deadline_ = clock::steady_time::max();
        }
        return std::move(one.queued);
    }

    /// Calls `end` for each whose deadline has passed, which has to take it out, and no other.
    template <class End>
    void for_each_due(clock::steady_time now, const End& end) {
        if (now < earliest_deadline_) {
            return;
        }
        clock::steady_time earliest = clock::steady_time::max();
        for (auto next = calls_.begin(); next != calls_.end();) {
            call& each = *next++;
            if (now < each.deadline()) {
                earliest = std::min(earliest, each.deadline());
            } else {
                end(std::shared_ptr<call>{each.queued});
            }
        }
        earliest_deadline_ = earliest;
    }

private:
    void insert(list::iterator before, std::shared_ptr<call> added) noexcept {
        call& self = *added;
        self.queued = std::move(added);
        calls_.insert(before, self);
        earliest_deadline_ = std::min(earliest_deadline_, self.deadline());
    }

    static void fetch(const void* what, std::size_t bytes) noexcept {
        const auto* const at = static_cast<const char*>(what);
        for (std::size_t offset = 0; offset < bytes; offset += memory_line) {
            __builtin_prefetch(at + offset);
        }
    }

    list calls_;
    clock::steady_time earliest_deadline_ = clock::steady_time::max();  // no call in it has an earlier one
};

}  // namespace coauth::http
