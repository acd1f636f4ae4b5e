#pragma once

#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <utility>

namespace coauth::test {

/// An executor whose caller stands still, once, right after it has posted something: everybody else comes first.
struct interrupting_executor {
    boost::asio::io_context* context;
    std::function<void()>* others;  ///< What they do; empty when they have done it.

    boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept { return *context; }
    static constexpr boost::asio::execution::blocking_t query(boost::asio::execution::blocking_t) noexcept {
        return boost::asio::execution::blocking.never;
    }
    template <class Function>
    void execute(Function function) const {
        boost::asio::post(*context, std::move(function));
        if (const auto now = std::exchange(*others, {})) {
            now();
        }
    }
    bool operator==(const interrupting_executor&) const = default;
};

}  // namespace coauth::test
