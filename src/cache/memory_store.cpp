#include "cache/end_of_page.hpp"
#include "cache/key_view.hpp"

#include <coauth/cache/memory_store.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

namespace coauth {
namespace {

struct lease {
    std::string owner;
    clock::steady_time until;
};

}  // namespace

struct memory_store::state {
    explicit state(std::shared_ptr<const coauth::clock> its_clock) : clock(std::move(its_clock)) {}

    const std::shared_ptr<const coauth::clock> clock;
    std::mutex mutex;
    std::map<token_key, stored_token, key_less> records;
    std::map<token_key, lease, key_less> leases;
    std::uint64_t last_version = 0;
};

memory_store::memory_store(std::shared_ptr<const coauth::clock> clock)
    : state_(std::make_shared<state>(clock ? clock : system_clock())) {}

memory_store::~memory_store() = default;

awaitable<std::optional<stored_token>> memory_store::load(token_key key) {
    const std::scoped_lock lock{state_->mutex};
    const auto found = state_->records.find(key);
    co_return found == state_->records.end() ? std::nullopt : std::optional(found->second);
}

awaitable<std::optional<std::uint64_t>> memory_store::commit(token_key key, token_record record,
                                                             std::uint64_t expected) {
    const std::scoped_lock lock{state_->mutex};
    const auto found = state_->records.find(key);
    const std::uint64_t version = found == state_->records.end() ? 0 : found->second.version;
    if (version != expected) {
        co_return std::nullopt;
    }
    state_->leases.erase(key);
    stored_token& kept = found == state_->records.end() ? state_->records[std::move(key)] : found->second;
    kept.record = std::move(record);
    kept.version = ++state_->last_version;
    co_return kept.version;
}

awaitable<bool> memory_store::try_lease(token_key key, std::string owner, std::chrono::milliseconds time) {
    const std::scoped_lock lock{state_->mutex};
    const clock::steady_time now = state_->clock->steady_now();
    const auto found = state_->leases.find(key);
    const bool held_by_another =
        found != state_->leases.end() && found->second.owner != owner && found->second.until > now;
    if (held_by_another) {
        co_return false;
    }
    if (time <= std::chrono::milliseconds::zero()) {
        state_->leases.erase(key);
        co_return false;
    }
    lease& taken = state_->leases[std::move(key)];
    taken.owner = std::move(owner);
    taken.until = now + std::min(time, longest_lease);
    co_return true;
}

awaitable<bool> memory_store::erase(token_key key) {
    const std::scoped_lock lock{state_->mutex};
    state_->leases.erase(key);
    co_return state_->records.erase(key) != 0;
}

awaitable<store_page> memory_store::scan(std::string after, std::size_t limit) {
    const std::optional<token_key> last = cache::end_of_page(after);
    limit = std::clamp<std::size_t>(limit, 1, 1'000);
    store_page page;
    const std::scoped_lock lock{state_->mutex};
    auto next = last ? state_->records.upper_bound(*last) : state_->records.begin();
    for (; next != state_->records.end() && page.items.size() < limit; ++next) {
        page.items.push_back({next->first, next->second.version, next->second.record, std::nullopt});
    }
    if (next != state_->records.end()) {
        page.next = page.items.back().key.canonical();
    }
    co_return page;
}

}  // namespace coauth
