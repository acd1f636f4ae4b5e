#pragma once

#include <coauth/cache/token_store.hpp>
#include <coauth/core/clock.hpp>

#include <memory>

namespace coauth {

/// A store that dies with the process: for tests, and for a server whose users log in anew after a restart. Several
/// caches of one process may share it.
///
/// Its operations do not wait, and never fail but for want of memory. Secrets are wiped when a record dies.
class memory_store final : public token_store {
public:
    /// `clock` measures leases; null: the machine's.
    explicit memory_store(std::shared_ptr<const coauth::clock> clock = nullptr);
    ~memory_store() override;

    memory_store(const memory_store&) = delete;
    memory_store& operator=(const memory_store&) = delete;

    awaitable<std::optional<stored_token>> load(token_key key) override;
    awaitable<std::optional<std::uint64_t>> commit(token_key key, token_record record, std::uint64_t expected) override;
    awaitable<bool> try_lease(token_key key, std::string owner, std::chrono::milliseconds time) override;
    awaitable<bool> erase(token_key key) override;
    awaitable<store_page> scan(std::string after, std::size_t limit) override;

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace coauth
