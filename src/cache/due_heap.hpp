#pragma once

#include <coauth/core/clock.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace coauth::cache {

/// Something that falls due at a time; it knows its place in the heap, so that it can be taken out again.
struct due_node {
    enum class kind : std::uint8_t { entry, commit, waiter, flight };

    explicit due_node(kind its_kind) noexcept : what(its_kind) {}

    static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t place = nowhere;
    kind what;
};

/// What falls due when, the earliest first: a heap of eight children, which lie on two neighbouring cache lines. With
/// many entries its depth is what costs, since each level is a wait for memory.
class due_heap {
public:
    using steady_time = clock::steady_time;

    /// Puts `node` at `when`, or moves it there. O(log n).
    void set(due_node& node, steady_time when) {
        const slot moved{when, &node};
        if (node.place == due_node::nowhere) {
            slots_.push_back(moved);
            rise(slots_.size() - 1, moved);
        } else if (when < slots_[node.place].when) {
            rise(node.place, moved);
        } else {
            sink(node.place, moved);
        }
    }

    /// One more `set` will not throw.
    void make_room() {
        if (slots_.size() == slots_.capacity()) {
            slots_.reserve(2 * slots_.size() + children);
        }
    }

    /// Takes `node` out, if it is in. O(log n).
    void remove(due_node& node) noexcept {
        if (node.place == due_node::nowhere) {
            return;
        }
        const std::size_t at = node.place;
        node.place = due_node::nowhere;
        const slot last = slots_.back();
        slots_.pop_back();
        if (at < slots_.size()) {
            const bool earlier = at > 0 && last.when < slots_[parent(at)].when;
            earlier ? rise(at, last) : sink(at, last);
        }
    }

    /// When the earliest falls due; the end of time if there is none.
    [[nodiscard]] steady_time earliest() const noexcept {
        return slots_.empty() ? steady_time::max() : slots_.front().when;
    }

    /// The earliest node; null if it is not due at `now`.
    [[nodiscard]] due_node* first(steady_time now) const noexcept {
        return slots_.empty() || earliest() > now ? nullptr : slots_.front().node;
    }

    [[nodiscard]] std::size_t size() const noexcept { return slots_.size(); }

private:
    struct slot {
        steady_time when;
        due_node* node;
    };

    static constexpr std::size_t children = 8;
    static std::size_t parent(std::size_t at) noexcept { return (at - 1) / children; }

    void put(std::size_t at, slot what) noexcept {
        slots_[at] = what;
        what.node->place = static_cast<std::uint32_t>(at);
    }

    void rise(std::size_t at, slot what) noexcept {
        while (at > 0 && what.when < slots_[parent(at)].when) {
            put(at, slots_[parent(at)]);
            at = parent(at);
        }
        put(at, what);
    }

    void sink(std::size_t at, slot what) noexcept {
        for (;;) {
            const std::size_t first = at * children + 1;
            const std::size_t end = std::min(first + children, slots_.size());
            std::size_t least = end;
            for (std::size_t each = first; each < end; ++each) {
                if (least == end || slots_[each].when < slots_[least].when) {
                    least = each;
                }
            }
            if (least >= end || slots_[least].when >= what.when) {
                break;
            }
            put(at, slots_[least]);
            at = least;
        }
        put(at, what);
    }

    std::vector<slot> slots_;
};

}  // namespace coauth::cache
