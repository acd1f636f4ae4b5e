#pragma once

#include <coauth/http/awaitable.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace coauth::bench {

inline void rethrow(std::exception_ptr thrown) {
    if (thrown) {
        std::rethrow_exception(thrown);
    }
}

/// Runs `work` on `context` until it is done; what else there is goes on as far as it gets meanwhile.
template <class T>
T run(boost::asio::io_context& context, awaitable<T> work) {
    std::optional<T> got;
    boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr thrown, T value) {
        rethrow(thrown);
        got.emplace(std::move(value));
    });
    context.restart();
    while (!got) {
        context.run_one();
    }
    return std::move(*got);
}

inline void run(boost::asio::io_context& context, awaitable<void> work) {
    bool done = false;
    boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr thrown) {
        rethrow(thrown);
        done = true;
    });
    context.restart();
    while (!done) {
        context.run_one();
    }
}

inline double median(std::vector<double> of) {
    const auto middle = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
    std::nth_element(of.begin(), middle, of.end());
    return *middle;
}

}  // namespace coauth::bench
