// A process that works with tokens, for the tests to kill and to multiply.
#include "tests/processes/ground.hpp"
#include "tests/processes/telling.hpp"

#include <coauth/cache/token_cache.hpp>
#include <coauth/http/connection_pool.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string_view>
#include <vector>

using namespace coauth::test;
using namespace std::chrono_literals;
using coauth::token_cache;
using coauth::token_ptr;

namespace asio = boost::asio;

namespace {

coauth::awaitable<void> refresh_for_ever(token_cache& cache) {
    for (;;) {
        const token_ptr fresh = co_await cache.refresh(ground::account(0));
        tell(mark::refreshed);
    }
}

/// Refreshes one token again and again, and tells each step. Ends by a signal.
void refresh(const ground& here) {
    asio::io_context context{1};
    coauth::connection_pool pool{context.get_executor(), here.reach()};
    telling_transport via{pool};
    token_cache cache{context.get_executor(), std::make_shared<telling_store>(here.open())};
    cache.serve(here.client(via));
    asio::co_spawn(context, refresh_for_ever(cache), [](std::exception_ptr thrown) {
        if (thrown) {
            std::rethrow_exception(thrown);
        }
    });
    context.run();
}

/// Asks for the tokens of `count` accounts at once, and tells them, a line each, then how many it refreshed itself.
void gather(const ground& here, int count) {
    asio::io_context context{1};
    coauth::connection_pool pool{context.get_executor(), here.reach()};
    token_cache cache{context.get_executor(), here.open()};
    cache.serve(here.client(pool));

    std::cout << "ready" << std::endl;
    std::cin.get();  // ends when all others are ready too
    std::vector<token_ptr> got(static_cast<std::size_t>(count));
    int left = count;
    for (int n = 0; n < count; ++n) {
        const auto take = [&, n](std::exception_ptr thrown, token_ptr fresh) {
            if (thrown) {
                std::rethrow_exception(thrown);
            }
            got[static_cast<std::size_t>(n)] = std::move(fresh);
            if (--left == 0) {
                asio::co_spawn(context, cache.close(), asio::detached);
            }
        };
        asio::co_spawn(context, cache.get(ground::account(n), 10min), take);
    }
    context.run();

    const auto now = std::chrono::system_clock::now();
    for (const token_ptr& each : got) {
        std::cout << (each->expired(now) ? "expired" : each->access_token.reveal()) << '\n';
    }
    std::cout << cache.statistics().refreshes << '\n';
}

}  // namespace

int main(int count, char** words) try {
    if (count < 4) {
        std::cerr << "usage: coauth_test_worker refresh|gather FOLDER PORT [COUNT]\n";
        return EXIT_FAILURE;
    }
    const ground here{words[2], static_cast<std::uint16_t>(std::stoul(words[3]))};
    if (std::string_view{words[1]} == "refresh") {
        refresh(here);
    } else {
        gather(here, std::stoi(words[4]));
    }
    return EXIT_SUCCESS;
} catch (const std::exception& thrown) {
    std::cerr << "worker: " << thrown.what() << '\n';
    return EXIT_FAILURE;
}
