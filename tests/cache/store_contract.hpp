#pragma once

#include <coauth/cache/token_store.hpp>
#include <coauth/core/clock.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <memory>
#include <string>
#include <utility>

namespace coauth::test {

/// An empty store whose leases run on `clock`. Each program that links store_contract.cpp says which kind.
std::unique_ptr<token_store> new_store(std::shared_ptr<const coauth::clock> clock = nullptr);

/// Runs an awaitable to its end.
template <class T>
T run(awaitable<T> what) {
    boost::asio::io_context context;
    auto done = boost::asio::co_spawn(context, std::move(what), boost::asio::use_future);
    context.run();
    return done.get();
}

inline token_record record_of(std::string access, std::string refresh = "") {
    token value{secret{std::move(access)}};
    if (!refresh.empty()) {
        value.refresh_token = secret{std::move(refresh)};
    }
    return token_record{std::move(value)};
}

inline std::string access_of(const std::optional<stored_token>& found) {
    return found ? std::string{found->record.value.access_token.reveal()} : "(none)";
}

}  // namespace coauth::test
