#pragma once

#include "cache/due_heap.hpp"
#include "core/memory_line.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace coauth::cache {

/// What falls due when, in order, each batch later than those before. When a node goes, no other is written to, and
/// those that come next are known: in a heap both would be waits for memory.
class due_run {
public:
    using steady_time = clock::steady_time;

    /// What a batch consists of.
    struct slot {
        steady_time when;
        due_node* node;  ///< Null, in a run: it was taken out.
    };

    /// The nodes' places are counted from `places` on; it is a multiple of `most`.
    explicit due_run(std::uint32_t places) noexcept : places_{places} {}

    static constexpr std::size_t most = std::size_t{1} << 24U;

    /// Puts a batch in, none of which falls due before any that is in. False, and nothing has changed: it is full.
    /// The same if it throws.
    template <class Batch>
    [[nodiscard]] bool append(const Batch& batch) {
        const std::size_t left = slots_.size() - front_;
        if (left + batch.size() > most) {
            return false;
        }
        slots_.reserve(slots_.size() + batch.size());
        const bool moves = front_ != 0;
        slots_.erase(slots_.begin(), at(front_));
        front_ = 0;
        slots_.insert(slots_.end(), batch.begin(), batch.end());
        std::sort(at(left), slots_.end(), [](const slot& one, const slot& other) { return one.when < other.when; });
        number(moves ? 0 : left);
        return true;
    }

    /// Whether this node is in.
    [[nodiscard]] bool has(const due_node& node) const noexcept {
        return node.place >= places_ && node.place - places_ < most;
    }

    /// Takes a node out that is in.
    void remove(due_node& node) noexcept {
        slots_[node.place - places_].node = nullptr;
        node.place = due_node::nowhere;
        while (front_ < slots_.size() && slots_[front_].node == nullptr) {
            ++front_;
        }
        if (front_ == slots_.size()) {
            slots_.clear();
            front_ = 0;
        }
    }

    /// When the earliest falls due; the end of time if there is none.
    [[nodiscard]] steady_time earliest() const noexcept {
        return slots_.empty() ? steady_time::max() : slots_[front_].when;
    }

    /// The earliest node; null if it is not due at `now`.
    [[nodiscard]] due_node* first(steady_time now) const noexcept {
        if (slots_.empty() || earliest() > now) {
            return nullptr;
        }
        if (front_ + ahead < slots_.size()) {
            ask_memory(slots_[front_ + ahead].node);
        }
        return slots_[front_].node;
    }

private:
    static constexpr std::size_t ahead = 4;

    /// Whoever is given the earliest will read all of what it is part of.
    static void ask_memory(const due_node* node) noexcept {
        __builtin_prefetch(node, 1);
        __builtin_prefetch(reinterpret_cast<const char*>(node) + memory_line, 1);
    }

    [[nodiscard]] std::vector<slot>::iterator at(std::size_t place) noexcept {
        return slots_.begin() + static_cast<std::ptrdiff_t>(place);
    }

    /// Tells the nodes where they are.
    void number(std::size_t from) noexcept {
        constexpr std::size_t further = 8;
        for (std::size_t each = from; each < slots_.size(); ++each) {
            if (each + further < slots_.size()) {
                __builtin_prefetch(slots_[each + further].node, 1);
            }
            if (due_node* const node = slots_[each].node) {
                node->place = places_ + static_cast<std::uint32_t>(each);
            }
        }
    }

    std::uint32_t places_;
    std::vector<slot> slots_;  ///< The first, if there is any, is at `front_`.
    std::size_t front_ = 0;
};

}  // namespace coauth::cache
