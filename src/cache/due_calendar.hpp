#pragma once

#include "cache/due_heap.hpp"
#include "cache/due_run.hpp"

#include <boost/container/deque.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <ratio>

namespace coauth::cache {

/// What falls due when, of very many that are mostly far away: they lie on pages of a minute each, in no order, and are
/// put in order when their page's time comes. So a change costs the same however many there are. What is set into a
/// time that has come already is in a heap.
class due_calendar {
public:
    using steady_time = clock::steady_time;

    /// Puts `node` at `when`, or moves it there. If it throws, nothing has changed.
    void set(due_node& node, steady_time when) {
        const page_number page = page_of(when);
        if (page < open_) {
            bring_near(node, when);
            return;
        }
        const std::size_t leaf = leaf_of(page);
        if (is_far(node) && leaf_with(node) == leaf) {
            leaves_[leaf][place_on_leaf(node)].when = when;
        } else if (leaves_[leaf].size() < most_on_a_leaf) {
            leaves_[leaf].emplace_back(when, &node);
            remove(node);
            node.place = place_of(leaf, leaves_[leaf].size() - 1);
        } else {
            bring_near(node, when);
        }
        far_from_ = std::min(far_from_, begin_of(page));
        beyond_from_ = leaf == beyond ? std::min(beyond_from_, page) : beyond_from_;
    }

    /// Takes `node` out, if it is in.
    void remove(due_node& node) noexcept {
        if (near_.has(node)) {
            near_.remove(node);
        } else {
            is_far(node) ? take_off(node) : heap_.remove(node);
        }
    }

    /// Brings near what falls due by `now`, and what shares its page.
    void advance(steady_time now) {
        if (now < far_from_) {
            return;
        }
        const page_number reached = page_of(now) + 1;
        for (page_number next = next_page(); next < reached; next = next_page()) {
            open_ = next;
            if (beyond_from_ <= open_) {
                sort_beyond();
            }
            bring_near(leaves_[leaf_of(open_)]);
            ++open_;
        }
        open_ = std::max(open_, reached);
        far_from_ = begin_of(next_page());
    }

    /// When the earliest falls due, or earlier: then `advance` tells. The end of time if there is none.
    [[nodiscard]] steady_time earliest() const noexcept {
        return std::min({near_.earliest(), heap_.earliest(), far_from_});
    }

    /// The earliest node, of those within `advance`'s last reach; null if it is not due at `now`.
    [[nodiscard]] due_node* first(steady_time now) const noexcept {
        due_node* const next = near_.earliest() <= heap_.earliest() ? near_.first(now) : nullptr;
        return next != nullptr ? next : heap_.first(now);
    }

private:
    using slot = due_run::slot;
    // In blocks, for what a vector keeps free would count.
    using leaf_type =
        boost::container::deque<slot, void, boost::container::deque_options_t<boost::container::block_size<32U>>>;
    using page_number = std::int64_t;
    using page_time = std::chrono::duration<page_number, std::ratio<64>>;

    static constexpr page_number pages = 64;
    static constexpr std::size_t beyond = pages;  ///< The leaf of what comes after all pages.
    static constexpr page_number never = std::numeric_limits<page_number>::max();

    // The place of a node on a leaf: a mark, the leaf, and its place there. The run's are where another leaf's would
    // be.
    static constexpr std::uint32_t far_mark = 1U << 31U;
    static constexpr std::uint32_t leaf_shift = 24;
    static constexpr std::size_t most_on_a_leaf = std::size_t{1} << leaf_shift;
    static_assert(due_run::most == most_on_a_leaf);

    static constexpr std::uint32_t place_of(std::size_t leaf, std::size_t at) noexcept {
        return far_mark | static_cast<std::uint32_t>(leaf << leaf_shift | at);
    }
    static bool is_far(const due_node& node) noexcept {
        return (node.place & far_mark) != 0 && leaf_with(node) <= beyond;
    }
    static std::size_t leaf_with(const due_node& node) noexcept { return (node.place & ~far_mark) >> leaf_shift; }
    static std::size_t place_on_leaf(const due_node& node) noexcept { return node.place & (most_on_a_leaf - 1); }

    static page_number page_of(steady_time when) noexcept {
        return std::chrono::floor<page_time>(when.time_since_epoch()).count();
    }
    static steady_time begin_of(page_number page) noexcept {
        return page == never ? steady_time::max() : steady_time{page_time{page}};
    }

    /// Of one that is not before `open_`.
    [[nodiscard]] std::size_t leaf_of(page_number page) const noexcept {
        return page - open_ < pages ? static_cast<std::size_t>(page % pages) : beyond;
    }

    void bring_near(leaf_type& leaf) {
        if (near_.append(leaf)) {
            leaf.clear();
            return;
        }
        while (!leaf.empty()) {
            const slot last = leaf.back();
            bring_near(*last.node, last.when);
        }
    }

    void bring_near(due_node& node, steady_time when) {
        heap_.make_room();
        if (near_.has(node) || is_far(node)) {
            remove(node);
        }
        heap_.set(node, when);
    }

    void take_off(due_node& node) noexcept {
        leaf_type& leaf = leaves_[leaf_with(node)];
        const std::size_t at = place_on_leaf(node);
        const slot last = leaf.back();
        leaf.pop_back();
        if (at < leaf.size()) {
            leaf[at] = last;
            last.node->place = node.place;
        }
        node.place = due_node::nowhere;
    }

    /// What has come within the pages goes there.
    void sort_beyond() {
        page_number least = never;
        leaf_type& leaf = leaves_[beyond];
        for (std::size_t at = 0; at < leaf.size();) {
            const slot each = leaf[at];
            if (const page_number page = page_of(each.when); page - open_ < pages) {
                set(*each.node, each.when);  // the last of the leaf comes here
            } else {
                least = std::min(least, page);
                ++at;
            }
        }
        beyond_from_ = least;
    }

    [[nodiscard]] page_number next_page() const noexcept {
        for (page_number page = open_; page < std::min(open_ + pages, beyond_from_); ++page) {
            if (!leaves_[leaf_of(page)].empty()) {
                return page;
            }
        }
        return beyond_from_;
    }

    due_run near_{place_of(beyond + 1, 0)};  ///< What was on the pages before `open_`.
    due_heap heap_;                          ///< What has come since, for a time before `open_`.
    std::array<leaf_type, pages + 1> leaves_;
    page_number open_ = 0;             ///< `pages` from here on have a leaf each.
    page_number beyond_from_ = never;  ///< Nothing beyond is on a page before; it may be within `pages` by now.
    steady_time far_from_ = steady_time::max();  ///< Nothing on the leaves falls due before.
};

}  // namespace coauth::cache
