#include "http/ledger.hpp"

#include <coauth/core/manual_clock.hpp>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

using namespace coauth;
using namespace coauth::http;
using namespace std::chrono_literals;

namespace {

using call_ptr = std::shared_ptr<call>;
using connection_ptr = std::shared_ptr<connection>;

/// A ledger whose connections are never really opened: the test tells it what they came to.
class bench {
public:
    explicit bench(std::size_t connections, std::size_t waiting = 100) {
        limits_.max_connections_per_origin = connections;
        limits_.max_waiting_per_origin = waiting;
    }

    call_ptr submit(std::chrono::milliseconds limit = 30s, bool idempotent = false) {
        http_request request{"GET", "https://api.test/"};
        request.idempotent = idempotent;
        const auto goes_to = std::make_shared<const destination>(read_url(request.url()).value());
        auto asked = std::make_shared<call>(++calls_, std::move(request), goes_to, limit);
        asked->started = now;
        asked_of([&](ledger_orders& out) { book.submit(asked, now, out); });
        return asked;
    }

    template <class Change>
    ledger_orders& asked_of(Change change) {
        orders = {};
        change(orders);
        return orders;
    }

    /// What `which` is to serve; no other connection may be told to.
    call_ptr next_of(const connection& which) {
        if (orders.serve.empty()) {
            return nullptr;
        }
        REQUIRE(orders.serve.size() == 1);
        CHECK(orders.serve.front().which.get() == &which);
        return orders.serve.front().client;
    }

    connection_ptr only_opening() {
        REQUIRE(orders.open.size() == 1);
        return orders.open.front();
    }

    call_ptr opened(connection& which) {
        asked_of([&](ledger_orders& out) { book.opened(which, now, out); });
        return next_of(which);
    }

    call_ptr answered(connection& which) {
        asked_of([&](ledger_orders& out) { book.answered(which, http_response{200}, std::nullopt, now, out); });
        return next_of(which);
    }

    void failed(connection& which, bool request_sent, bool response_begun) {
        exchange_result ended;
        failure why;
        why.code = errc::connection_lost;
        ended.response = why;
        ended.request_sent = request_sent;
        ended.response_begun = response_begun;
        asked_of([&](ledger_orders& out) { book.exchange_failed(which, std::move(ended), out); });
    }

    void pass(std::chrono::nanoseconds time) {
        clock_->advance(time);
        now = clock_->steady_now();
    }

    void sweep_after(std::chrono::nanoseconds time) {
        pass(time);
        asked_of([&](ledger_orders& out) { book.sweep(now, false, out); });
    }

    errc only_failure() {
        REQUIRE(orders.end.size() == 1);
        const auto* why = std::get_if<failure>(&orders.end.front()->came_to);
        REQUIRE(why != nullptr);
        return why->code;
    }

    void check_empty() {
        const pool_statistics left = book.statistics();
        CHECK(left.connections == 0);
        CHECK(left.idle == 0);
        CHECK(left.waiting == 0);
        CHECK_FALSE(book.is_active());
    }

private:
    boost::asio::io_context context_;
    std::shared_ptr<manual_clock> clock_ = std::make_shared<manual_clock>();
    pool_options limits_;
    std::shared_ptr<const link_settings> settings_ = std::make_shared<const link_settings>(limits_, clock_);
    std::uint64_t calls_ = 0;

public:
    clock::steady_time now = clock_->steady_now();
    ledger_orders orders;
    ledger book{limits_, [this](std::uint64_t number, origin_book& home) {
                    return std::make_shared<connection>(number, home, http::make_strand(context_.get_executor()),
                                                        settings_, clock_);
                }};
};

}  // namespace

TEST_CASE("the waiting are served first come, first served") {
    bench pool{1};
    const call_ptr first = pool.submit();
    const connection_ptr only = pool.only_opening();
    const call_ptr second = pool.submit();
    const call_ptr third = pool.submit();
    CHECK(pool.orders.open.empty());
    CHECK(pool.book.statistics().waiting == 2);

    CHECK(pool.opened(*only) == first);
    CHECK(pool.answered(*only) == second);
    CHECK(pool.answered(*only) == third);
    CHECK(pool.answered(*only) == nullptr);
    CHECK(pool.book.statistics().idle == 1);
    CHECK(pool.book.statistics().reused == 2);
    CHECK_FALSE(pool.book.is_active());
}

TEST_CASE("a call is served by whichever connection becomes free first") {
    bench pool{2};
    const call_ptr first = pool.submit();
    const connection_ptr one = pool.only_opening();
    CHECK(pool.opened(*one) == first);
    const call_ptr second = pool.submit();
    const connection_ptr two = pool.only_opening();
    CHECK(pool.answered(*one) == second);  // it does not wait for its own opening
    CHECK(pool.opened(*two) == nullptr);   // which is kept for others
    CHECK(pool.book.statistics().idle == 1);
    const call_ptr third = pool.submit();
    REQUIRE(pool.orders.serve.size() == 1);
    CHECK(pool.orders.serve.front().which == two);
    CHECK(pool.orders.serve.front().client == third);
}

TEST_CASE("a failed opening goes to the call that caused it, and the others go on") {
    bench pool{1};
    const call_ptr first = pool.submit();
    const connection_ptr lost = pool.only_opening();
    const call_ptr second = pool.submit();
    failure why;
    why.code = errc::connect_failed;
    pool.asked_of([&](ledger_orders& orders) { pool.book.opening_failed(*lost, why, orders); });
    CHECK(pool.only_failure() == errc::connect_failed);
    CHECK(pool.orders.end.front() == first);
    CHECK(pool.opened(*pool.only_opening()) == second);
    CHECK(pool.book.statistics().closed == 0);  // it had never been open
}

TEST_CASE("a call too many is refused at once") {
    bench pool{1, 1};
    pool.submit();
    pool.submit();
    CHECK(pool.orders.end.empty());
    const call_ptr third = pool.submit();
    CHECK(pool.only_failure() == errc::too_many_waiting);
    CHECK(pool.orders.end.front() == third);
    CHECK(pool.book.statistics().waiting == 1);
}

TEST_CASE("a cancelled call takes its opening along unless another call needs it") {
    bench pool{1};
    const call_ptr first = pool.submit();
    const connection_ptr opening = pool.only_opening();
    const call_ptr second = pool.submit();
    pool.asked_of([&](ledger_orders& orders) { pool.book.cancel(first, orders); });
    CHECK(pool.only_failure() == errc::cancelled);
    CHECK(pool.orders.close.empty());

    pool.asked_of([&](ledger_orders& orders) { pool.book.cancel(second, orders); });
    CHECK(pool.only_failure() == errc::cancelled);
    REQUIRE(pool.orders.close.size() == 1);
    CHECK(pool.orders.close.front().which == opening);
    pool.asked_of([&](ledger_orders& orders) { pool.book.cancel(second, orders); });
    CHECK(pool.orders.end.empty());  // once is enough
    REQUIRE(pool.orders.close.empty());
    pool.check_empty();
    CHECK(pool.opened(*opening) == nullptr);  // a late report changes nothing
    pool.check_empty();
}

TEST_CASE("a cancelled call that is alone leaves no trace") {
    bench pool{4};
    const call_ptr waiting = pool.submit();
    const connection_ptr opening = pool.only_opening();
    pool.asked_of([&](ledger_orders& orders) { pool.book.cancel(waiting, orders); });
    REQUIRE(pool.orders.close.size() == 1);
    CHECK(pool.orders.close.front().which == opening);
    pool.check_empty();
    pool.asked_of([&](ledger_orders& orders) {
        CHECK(pool.book.opened(*opening, pool.now, orders) == close_reason::cancelled);  // a late report
    });
    pool.check_empty();

    const call_ptr served = pool.submit();
    const connection_ptr busy = pool.only_opening();
    pool.opened(*busy);
    pool.asked_of([&](ledger_orders& orders) { pool.book.cancel(served, orders); });
    REQUIRE(pool.orders.close.size() == 1);
    CHECK(pool.orders.close.front().reason == close_reason::cancelled);
    pool.check_empty();
    CHECK(pool.answered(*busy) == nullptr);
    CHECK(pool.orders.end.empty());
    pool.check_empty();
}

TEST_CASE("only what something may be under way on has to be ended") {
    bench pool{4};
    const auto closed_busy = [&] {
        REQUIRE(pool.orders.close.size() == 1);
        return pool.orders.close.front().was_busy;
    };
    const call_ptr early = pool.submit();
    pool.asked_of([&](ledger_orders& orders) { pool.book.cancel(early, orders); });
    CHECK(closed_busy());

    const call_ptr served = pool.submit();
    pool.opened(*pool.only_opening());
    pool.asked_of([&](ledger_orders& orders) { pool.book.cancel(served, orders); });
    CHECK(closed_busy());

    pool.submit();
    const connection_ptr worn_out = pool.only_opening();
    pool.opened(*worn_out);
    pool.asked_of([&](ledger_orders& orders) {
        pool.book.answered(*worn_out, http_response{200}, close_reason::peer_wish, pool.now, orders);
    });
    CHECK_FALSE(closed_busy());

    pool.submit();
    const connection_ptr lost = pool.only_opening();
    pool.opened(*lost);
    pool.failed(*lost, true, true);
    CHECK_FALSE(closed_busy());

    pool.submit();
    const connection_ptr idle = pool.only_opening();
    pool.opened(*idle);
    pool.answered(*idle);
    pool.sweep_after(1h);
    CHECK_FALSE(closed_busy());
    pool.check_empty();
}

TEST_CASE("deadlines of the waiting and of the served") {
    bench pool{1};
    const call_ptr served = pool.submit(10s);
    const connection_ptr only = pool.only_opening();
    pool.opened(*only);
    const call_ptr waiting = pool.submit(1s);
    pool.sweep_after(1s - 1ns);
    CHECK(pool.orders.end.empty());
    pool.sweep_after(1ns);
    CHECK(pool.only_failure() == errc::timeout_waiting);
    CHECK(pool.orders.end.front() == waiting);
    CHECK(pool.book.is_active());
    only->told->answer_began();
    pool.sweep_after(9s);
    CHECK(pool.only_failure() == errc::timeout);
    CHECK(pool.orders.end.front() == served);
    pool.check_empty();
}

TEST_CASE("who waits ends at its own deadline, wherever it stands") {
    bench pool{1};
    pool.submit(100s);
    const connection_ptr only = pool.only_opening();
    pool.opened(*only);
    const call_ptr patient = pool.submit(9s);
    const call_ptr hasty = pool.submit(1s);
    const call_ptr usual = pool.submit(5s);
    pool.sweep_after(1s);
    CHECK(pool.only_failure() == errc::timeout_waiting);
    CHECK(pool.orders.end.front() == hasty);
    const call_ptr late = pool.submit(3s);  // its deadline is before those that were there
    pool.sweep_after(3s - 1ns);
    CHECK(pool.orders.end.empty());
    pool.sweep_after(1ns);
    REQUIRE(pool.orders.end.size() == 1);
    CHECK(pool.orders.end.front() == late);
    pool.asked_of([&](ledger_orders& orders) { pool.book.cancel(usual, orders); });
    pool.sweep_after(5s - 1ns);
    CHECK(pool.orders.end.empty());
    pool.sweep_after(1ns);
    REQUIRE(pool.orders.end.size() == 1);
    CHECK(pool.orders.end.front() == patient);
    CHECK(pool.book.statistics().waiting == 0);

    const call_ptr next = pool.submit(2s);
    pool.sweep_after(2s);
    REQUIRE(pool.orders.end.size() == 1);
    CHECK(pool.orders.end.front() == next);
}

TEST_CASE("idle connections end by idle time and by age") {
    bench pool{2};
    pool.submit(400s);
    const connection_ptr only = pool.only_opening();
    pool.opened(*only);
    pool.answered(*only);
    pool.sweep_after(30s - 1ns);
    CHECK(pool.orders.close.empty());
    pool.sweep_after(1ns);
    REQUIRE(pool.orders.close.size() == 1);
    CHECK(pool.orders.close.front().reason == close_reason::idle);
    pool.check_empty();

    pool.submit(400s);
    const connection_ptr old = pool.only_opening();
    pool.opened(*old);
    pool.pass(300s);
    pool.answered(*old);
    REQUIRE(pool.orders.close.size() == 1);
    CHECK(pool.orders.close.front().reason == close_reason::age);
    pool.check_empty();
}

TEST_CASE("a replay waits in front, for a new connection") {
    bench pool{1};
    pool.submit();
    const connection_ptr old = pool.only_opening();
    pool.opened(*old);
    pool.answered(*old);
    const call_ptr again = pool.submit(30s, true);
    const call_ptr behind = pool.submit();
    pool.failed(*old, true, false);
    CHECK(pool.orders.end.empty());
    const connection_ptr fresh = pool.only_opening();
    CHECK(pool.opened(*fresh) == again);
    CHECK(pool.book.statistics().replayed == 1);
    pool.failed(*fresh, true, false);  // a new connection: this one counts
    CHECK(pool.only_failure() == errc::connection_lost);
    CHECK(pool.opened(*pool.only_opening()) == behind);
}

TEST_CASE("what is not idempotent is not replayed once a byte was written") {
    bench pool{1};
    pool.submit();
    const connection_ptr old = pool.only_opening();
    pool.opened(*old);
    pool.answered(*old);
    pool.submit();
    pool.failed(*old, true, false);
    CHECK(pool.only_failure() == errc::connection_lost);
    CHECK(pool.book.statistics().replayed == 0);
    pool.check_empty();
}

TEST_CASE("a connection that turns out unfit costs its call no attempt") {
    bench pool{2};
    pool.submit();
    const connection_ptr one = pool.only_opening();
    pool.opened(*one);
    pool.answered(*one);
    const call_ptr next = pool.submit();
    CHECK(next->attempts == 1);
    pool.asked_of([&](ledger_orders& orders) { pool.book.unfit(*one, close_reason::peer_closed, pool.now, orders); });
    REQUIRE(pool.orders.close.size() == 1);
    CHECK(pool.orders.close.front().reason == close_reason::peer_closed);
    CHECK(pool.opened(*pool.only_opening()) == next);
    CHECK(next->attempts == 1);
    CHECK(pool.book.statistics().reused == 0);
}

TEST_CASE("shutting down ends everything and takes nothing more") {
    bench pool{2};
    pool.submit();
    const connection_ptr busy = pool.only_opening();
    pool.opened(*busy);
    pool.submit();
    pool.submit();
    pool.asked_of([&](ledger_orders& orders) { pool.book.shut_down(orders); });
    CHECK(pool.orders.end.size() == 3);
    CHECK(pool.orders.close.size() == 2);
    pool.check_empty();
    pool.submit();
    CHECK(pool.only_failure() == errc::shut_down);
}
