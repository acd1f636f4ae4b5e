#include "cache/due_calendar.hpp"
#include "cache/due_heap.hpp"
#include "cache/due_run.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <random>
#include <vector>

using coauth::cache::due_calendar;
using coauth::cache::due_heap;
using coauth::cache::due_node;
using coauth::cache::due_run;
using steady_time = due_heap::steady_time;
using namespace std::chrono_literals;

namespace {

due_node a_node() {
    return due_node{due_node::kind::entry};
}

steady_time at(int second) {
    return steady_time{} + std::chrono::seconds{second};
}

/// The earliest node, taken out, if it is due.
due_node* pop(due_heap& from, steady_time now) {
    due_node* const due = from.first(now);
    if (due != nullptr) {
        from.remove(*due);
    }
    return due;
}

/// What a heap should do, slowly.
class reference {
public:
    void set(due_node& node, steady_time when) {
        remove(node);
        places_[&node] = order_.emplace(when, &node);
    }
    void remove(due_node& node) {
        if (const auto known = places_.find(&node); known != places_.end()) {
            order_.erase(known->second);
            places_.erase(known);
        }
    }
    [[nodiscard]] steady_time earliest() const { return order_.empty() ? steady_time::max() : order_.begin()->first; }
    [[nodiscard]] bool is_at(due_node& node, steady_time when) const {
        const auto known = places_.find(&node);
        return known != places_.end() && known->second->first == when;
    }
    [[nodiscard]] std::size_t size() const { return order_.size(); }

private:
    std::multimap<steady_time, due_node*> order_;
    std::map<due_node*, std::multimap<steady_time, due_node*>::iterator> places_;
};

}  // namespace

TEST_CASE("an empty due_heap has nothing due, ever") {
    due_heap heap;
    CHECK(heap.earliest() == steady_time::max());
    CHECK(pop(heap, steady_time::max()) == nullptr);
    due_node outside = a_node();
    heap.remove(outside);
    CHECK(heap.size() == 0);
    CHECK(outside.place == due_node::nowhere);
}

TEST_CASE("a node is due at its time and not before, and then once") {
    due_heap heap;
    due_node node = a_node();
    heap.set(node, at(10));
    CHECK(pop(heap, at(10) - 1ns) == nullptr);
    CHECK(pop(heap, at(10)) == &node);
    CHECK(node.place == due_node::nowhere);
    CHECK(pop(heap, at(11)) == nullptr);
}

TEST_CASE("a node that is moved is due at its new time alone") {
    due_heap heap;
    due_node moved = a_node();
    due_node other = a_node();
    heap.set(moved, at(10));
    heap.set(other, at(20));
    heap.set(moved, at(30));
    CHECK(heap.size() == 2);
    CHECK(pop(heap, at(25)) == &other);
    CHECK(pop(heap, at(25)) == nullptr);
    heap.set(moved, at(1));
    CHECK(pop(heap, at(1)) == &moved);
}

TEST_CASE("the beginning and the end of time have their places") {
    due_heap heap;
    due_node first = a_node();
    due_node last = a_node();
    heap.set(last, steady_time::max());
    heap.set(first, steady_time::min());
    CHECK(pop(heap, at(0)) == &first);
    CHECK(pop(heap, at(0)) == nullptr);
    CHECK(pop(heap, steady_time::max()) == &last);
}

TEST_CASE("a due_heap does what a sorted map does, in long random sequences") {
    for (const unsigned seed : {1U, 2U, 3U, 4U, 5U}) {
        CAPTURE(seed);
        std::mt19937 random{seed};
        const auto below = [&random](int end) { return std::uniform_int_distribution<>{0, end - 1}(random); };
        due_heap heap;
        reference expected;
        std::vector<due_node> nodes(300, a_node());
        int moment = 0;
        for (int step = 0; step < 20'000; ++step) {
            due_node& node = nodes[static_cast<std::size_t>(below(300))];
            const int what = below(10);
            if (what < 6) {
                const steady_time when = at(moment + below(100));  // many at the same time
                heap.set(node, when);
                expected.set(node, when);
            } else if (what < 8) {
                heap.remove(node);
                expected.remove(node);
            } else {
                moment += below(5);
                const steady_time earliest = expected.earliest();
                due_node* const popped = pop(heap, at(moment));
                REQUIRE((popped != nullptr) == (earliest <= at(moment)));
                if (popped != nullptr) {
                    REQUIRE(expected.is_at(*popped, earliest));
                    expected.remove(*popped);
                }
            }
            REQUIRE(heap.size() == expected.size());
            REQUIRE(heap.earliest() == expected.earliest());
        }
        while (due_node* const popped = pop(heap, steady_time::max())) {
            REQUIRE(expected.is_at(*popped, expected.earliest()));
            expected.remove(*popped);
        }
        CHECK(expected.size() == 0);
        CHECK(std::all_of(nodes.begin(), nodes.end(),
                          [](const due_node& each) { return each.place == due_node::nowhere; }));
    }
}

TEST_CASE("an empty due_run has nothing due, ever") {
    const due_run run{0};
    CHECK(run.earliest() == steady_time::max());
    CHECK(run.first(steady_time::max()) == nullptr);
    CHECK_FALSE(run.has(a_node()));
}

TEST_CASE("a due_run gives each batch in order, one after the other") {
    constexpr std::uint32_t places = 3 * due_run::most;
    due_run run{places};
    std::vector<due_node> nodes(6, a_node());
    REQUIRE(run.append(std::vector<due_run::slot>{{at(7), &nodes[2]}, {at(3), &nodes[0]}, {at(5), &nodes[1]}}));
    REQUIRE(run.append(std::vector<due_run::slot>{}));
    CHECK(run.first(at(2)) == nullptr);
    CHECK(run.first(at(3)) == &nodes[0]);
    CHECK(run.has(nodes[1]));
    CHECK_FALSE(run.has(nodes[3]));
    run.remove(nodes[0]);
    CHECK(nodes[0].place == due_node::nowhere);
    REQUIRE(run.append(std::vector<due_run::slot>{{at(9), &nodes[4]}, {at(8), &nodes[3]}}));
    run.remove(nodes[2]);  // from the middle
    for (const std::size_t each : {1U, 3U, 4U}) {
        REQUIRE(run.first(steady_time::max()) == &nodes[each]);
        run.remove(nodes[each]);
    }
    CHECK(run.earliest() == steady_time::max());
    REQUIRE(run.append(std::vector<due_run::slot>{{at(1), &nodes[5]}}));
    CHECK(run.earliest() == at(1));
    CHECK(nodes[5].place == places);
}

TEST_CASE("an empty due_calendar has nothing due, ever") {
    due_calendar calendar;
    CHECK(calendar.earliest() == steady_time::max());
    calendar.advance(steady_time::max());
    CHECK(calendar.first(steady_time::max()) == nullptr);
    due_node outside = a_node();
    calendar.remove(outside);
    CHECK(outside.place == due_node::nowhere);
}

TEST_CASE("a due_calendar never says too late when the earliest falls due") {
    due_calendar calendar;
    due_node soon = a_node();
    due_node late = a_node();
    calendar.set(late, at(1'000'000));
    CHECK(calendar.earliest() <= at(1'000'000));
    calendar.set(soon, at(500));
    CHECK(calendar.earliest() <= at(500));
    calendar.advance(calendar.earliest());
    CHECK(calendar.earliest() == at(500));
    CHECK(calendar.first(at(499)) == nullptr);
    CHECK(calendar.first(at(500)) == &soon);
    calendar.remove(soon);
    calendar.advance(at(1'000'000));
    CHECK(calendar.first(at(1'000'000) - 1ns) == nullptr);
    CHECK(calendar.first(at(1'000'000)) == &late);
}

TEST_CASE("a due_calendar has places for the beginning and the end of time") {
    due_calendar calendar;
    due_node first = a_node();
    due_node last = a_node();
    calendar.set(last, steady_time::max());
    calendar.set(first, steady_time::min());
    CHECK(calendar.first(at(0)) == &first);
    calendar.remove(first);
    calendar.advance(at(1'000'000'000));
    CHECK(calendar.first(at(1'000'000'000)) == nullptr);
    calendar.advance(steady_time::max());
    CHECK(calendar.first(steady_time::max()) == &last);
}

TEST_CASE("what a due_calendar has beyond its pages comes in its turn among what came onto them later") {
    // 64 pages of 64 seconds each: the first is set when it is beyond them, the other when its time is on one.
    due_calendar calendar;
    due_node beyond = a_node();
    due_node later = a_node();
    due_node soon = a_node();
    calendar.advance(at(0));
    calendar.set(beyond, at(64 * 70));
    calendar.set(soon, at(64 * 20));
    calendar.advance(at(64 * 20));
    CHECK(calendar.first(at(64 * 20)) == &soon);
    calendar.remove(soon);
    calendar.set(later, at(64 * 75));
    calendar.advance(at(64 * 76));
    CHECK(calendar.first(at(64 * 76)) == &beyond);
    calendar.remove(beyond);
    CHECK(calendar.first(at(64 * 76)) == &later);
}

TEST_CASE("a due_calendar does what a sorted map does, however far it is turned") {
    // Seconds, an hour, its pages' end, hours and weeks: what stays in the heap, what lies on pages, what comes after.
    for (const int reach : {100, 3'000, 5'000, 20'000, 2'000'000}) {
        CAPTURE(reach);
        std::mt19937 random{static_cast<unsigned>(reach)};
        const auto below = [&random](int end) { return std::uniform_int_distribution<>{0, end - 1}(random); };
        due_calendar calendar;
        reference expected;
        std::vector<due_node> nodes(300, a_node());
        int moment = 1'000'000;
        for (int step = 0; step < 20'000; ++step) {
            due_node& node = nodes[static_cast<std::size_t>(below(300))];
            const int what = below(10);
            if (what < 5) {
                const steady_time when = at(moment + below(reach));
                calendar.set(node, when);
                expected.set(node, when);
            } else if (what < 6) {
                calendar.remove(node);
                expected.remove(node);
            } else {
                moment += below(reach / 100);
                calendar.advance(at(moment));
                const steady_time earliest = expected.earliest();
                due_node* const due = calendar.first(at(moment));
                REQUIRE((due != nullptr) == (earliest <= at(moment)));
                if (due != nullptr) {
                    REQUIRE(expected.is_at(*due, earliest));
                    REQUIRE(calendar.earliest() == earliest);
                    calendar.remove(*due);
                    expected.remove(*due);
                }
            }
            REQUIRE(calendar.earliest() <= expected.earliest());
        }
        calendar.advance(steady_time::max());
        while (due_node* const due = calendar.first(steady_time::max())) {
            REQUIRE(expected.is_at(*due, expected.earliest()));
            calendar.remove(*due);
            expected.remove(*due);
        }
        CHECK(expected.size() == 0);
    }
}
