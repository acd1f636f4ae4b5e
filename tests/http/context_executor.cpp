#include "http/shared_strands.hpp"
#include "http/strand.hpp"

#include <coauth/core/error.hpp>

#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/thread_pool.hpp>
#include <doctest/doctest.h>

#include <future>
#include <optional>

using namespace coauth;
using http::context_executor;
namespace asio = boost::asio;
namespace execution = boost::asio::execution;

TEST_CASE("what is given to an io_context's executor runs where the context runs, and not before") {
    asio::io_context context;
    const auto where = context_executor::of(context.get_executor());
    CHECK(&where.query(execution::context) == &context);
    int ran = 0;
    where.execute([&] { ++ran; });
    CHECK(ran == 0);
    context.run();
    CHECK(ran == 1);
}

TEST_CASE("inside the context it runs at once, unless it must never block") {
    asio::io_context context;
    const auto where = context_executor::of(context.get_executor());
    const auto later = asio::require(where, execution::blocking.never);
    int at_once = 0;
    int at_last = 0;
    asio::post(context, [&] {
        where.execute([&] { ++at_once; });
        later.execute([&] { ++at_last; });
        CHECK(at_once == 1);
        CHECK(at_last == 0);
    });
    context.run();
    CHECK(at_last == 1);
    CHECK(where.query(execution::blocking) == execution::blocking.possibly);
    CHECK(later.query(execution::blocking) == execution::blocking.never);
    CHECK(asio::require(later, execution::blocking.possibly) == where);
    CHECK(later != where);
}

TEST_CASE("tracked work keeps an io_context from running dry, until it is dropped") {
    asio::io_context context;
    const auto where = context_executor::of(context.get_executor());
    std::optional<context_executor> working{asio::prefer(where, execution::outstanding_work.tracked)};
    context.poll();
    CHECK_FALSE(context.stopped());
    SUBCASE("with it") {
        working.reset();
    }
    SUBCASE("by an executor that tracks none") {
        working = asio::prefer(*working, execution::outstanding_work.untracked);
    }
    context.poll();
    CHECK(context.stopped());
}

TEST_CASE("executors of other contexts do the same") {
    asio::thread_pool threads{1};
    const auto where = context_executor::of(threads.get_executor());
    CHECK(&where.query(execution::context) == &threads);
    {
        const auto tracked = asio::prefer(where, execution::outstanding_work.tracked);
        CHECK(asio::prefer(tracked, execution::outstanding_work.untracked) == where);
    }
    std::promise<void> ran;
    asio::require(where, execution::blocking.never).execute([&] { ran.set_value(); });
    ran.get_future().get();
    threads.join();
}

TEST_CASE("a strand of it is an executor like others") {
    asio::io_context context;
    const http::strand home = http::make_strand(context.get_executor());
    const executor erased{home};
    bool at_home = false;
    asio::post(erased, [&] { at_home = home.running_in_this_thread(); });
    context.run();
    CHECK(at_home);
}

TEST_CASE("shared strands are given out in turn, and each is one of its own") {
    asio::io_context context;
    http::shared_strands strands{context.get_executor(), 3};
    CHECK(strands.of(0) == strands.of(3));
    CHECK(strands.of(1) != strands.of(3));
    CHECK(strands.of(1) != strands.of(2));
    asio::post(strands.of(0), [&] {
        CHECK(strands.of(6).running_in_this_thread());
        CHECK_FALSE(strands.of(1).running_in_this_thread());
    });
    CHECK(context.run() == 1);
}

TEST_CASE("shared strands that were released know their executor no more, and say so") {
    asio::io_context context;
    http::shared_strands strands{context.get_executor(), 2};
    const http::strand kept = strands.of(1);
    strands.release();
    errc why{};
    try {
        (void)strands.of(1);
    } catch (const error& thrown) {
        why = thrown.reason();
    }
    CHECK(why == errc::shut_down);
    bool ran = false;
    asio::post(kept, [&] { ran = true; });
    context.run();
    CHECK(ran);
}
