#pragma once

#include "tests/processes/mark.hpp"

#include <coauth/cache/token_store.hpp>
#include <coauth/http/transport.hpp>

#include <cstdlib>
#include <memory>
#include <unistd.h>
#include <utility>

namespace coauth::test {

/// Says how far this process has come: what stands in the pipe is there even if the process is killed next.
inline void tell(mark what) {
    const char letter = static_cast<char>(what);
    if (::write(STDOUT_FILENO, &letter, 1) != 1) {
        std::abort();
    }
}

/// A transport that tells before and after each request.
class telling_transport final : public transport {
public:
    explicit telling_transport(transport& through) : through_(through) {}

    awaitable<http_response> send(http_request request) override {
        tell(mark::asking);
        http_response answer = co_await through_.send(std::move(request));
        tell(mark::answered);
        co_return answer;
    }

private:
    transport& through_;
};

/// A store that tells what it is asked, and when a commit is done.
class telling_store final : public token_store {
public:
    explicit telling_store(std::shared_ptr<token_store> through) : through_(std::move(through)) {}

    awaitable<std::optional<stored_token>> load(token_key key) override {
        tell(mark::loading);
        return through_->load(std::move(key));
    }

    awaitable<std::optional<std::uint64_t>> commit(token_key key, token_record record,
                                                   std::uint64_t expected) override {
        tell(mark::committing);
        const std::optional<std::uint64_t> version =
            co_await through_->commit(std::move(key), std::move(record), expected);
        tell(mark::committed);
        co_return version;
    }

    awaitable<bool> try_lease(token_key key, std::string owner, std::chrono::milliseconds time) override {
        tell(mark::leasing);
        return through_->try_lease(std::move(key), std::move(owner), time);
    }

    awaitable<bool> erase(token_key key) override { return through_->erase(std::move(key)); }

    awaitable<store_page> scan(std::string after, std::size_t limit) override {
        return through_->scan(std::move(after), limit);
    }

private:
    std::shared_ptr<token_store> through_;
};

}  // namespace coauth::test
