#pragma once

#include "cache/due_heap.hpp"
#include "cache/key_view.hpp"
#include "cache/waiter.hpp"

#include <coauth/cache/token_cache.hpp>
#include <coauth/core/clock.hpp>
#include <coauth/core/error.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coauth::cache {

struct flight;
struct served_client;
using flight_ptr = std::shared_ptr<flight>;

struct realm;
struct unrest;

/// What an entry is in: its realm, while all is well; else an unrest of its own within that realm. Under the shard's
/// mutex only.
struct setting : boost::intrusive_ref_counter<setting, boost::thread_unsafe_counter> {
    setting(const realm& its_home, unrest* its_trouble) noexcept : home{its_home}, trouble{its_trouble} {}
    virtual ~setting() = default;
    setting(const setting&) = delete;
    setting& operator=(const setting&) = delete;

    const realm& home;
    unrest* const trouble;
};

/// What many keys have in common: a key without its account.
struct realm final : token_key, setting {
    explicit realm(token_key shared) : token_key{std::move(shared)}, setting{*this, nullptr} {}

    // What `clients` said of it, and when: under the shard's mutex.
    mutable std::shared_ptr<const served_client> served;
    mutable std::uint64_t epoch = 0;
};
using realm_ptr = boost::intrusive_ptr<const realm>;

/// Whether they are one token, whenever they were read.
[[nodiscard]] inline bool same_secrets(const token& left, const token& right) noexcept {
    return left.access_token == right.access_token && left.refresh_token == right.refresh_token;
}
[[nodiscard]] inline bool is_one_of(const std::vector<token_ptr>& these, const token& what) noexcept {
    return std::any_of(these.begin(), these.end(), [&](const token_ptr& each) { return same_secrets(*each, what); });
}

/// What an entry needs only while something is under way or went wrong.
struct unrest final : setting {
    unrest(entry& its_owner, realm_ptr its_home) noexcept
        : setting{*its_home, this}, within{std::move(its_home)}, commit(its_owner) {}

    const realm_ptr within;
    flight_ptr flying;                  ///< What is under way; null: nothing.
    std::vector<waiter_ptr> waiting;    ///< Callers.
    unsigned failures = 0;              ///< Failed refreshes in a row.
    std::optional<failure> why;         ///< The last of them, or why the entry has ended.
    clock::steady_time next_attempt{};  ///< Not before: the pause after a failure, or after another process's lease.
    bool polling = false;               ///< Another process has the lease: callers wait for what it brings.
    unsigned polls = 0;                 ///< So many times in a row.

    /// The commit that the store has still to take.
    struct unsaved final : due_node {
        explicit unsaved(entry& its_owner) noexcept : due_node{kind::commit}, owner(&its_owner) {}

        entry* owner;
        bool pending = false;
        bool overriding = false;  ///< A login brought it: it takes the place of whatever the store has.

        /// What may stand in the store by an earlier commit whose answer was lost: this one's predecessors.
        std::vector<token_ptr> earlier;
        unsigned failures = 0;
        std::uint64_t lease = 0;  ///< The flight whose lease was kept; 0: none.

        /// There is none, and nothing is remembered for its sake.
        void clear() noexcept {
            pending = overriding = false;
            earlier.clear();
            failures = 0;
            lease = 0;
        }
    } commit;
};

/// A key of the cache and its token. One block of memory, its account behind it; a million of them count.
struct entry final : due_node {
    // In what the base leaves of its last word.
    bool can_refresh : 1 = false;
    bool invalidated : 1 = false;  ///< Its token was refused with a 401: not handed out.
    bool ended : 1 = false;        ///< Only a new login helps: `trouble()->why`.
    bool told_expiring : 1 = false;
    bool told_expired : 1 = false;
    bool told_refresh_failed : 1 = false;
    bool told_store_failed : 1 = false;
    std::uint16_t generation = 0;  ///< How often its token was refused or replaced from outside.

    std::uint32_t account_size = 0;
    std::uint32_t used = 0;  ///< When it was last handed out, in the shard's count.
    clock::steady_time stale_at = clock::steady_time::max();
    clock::steady_time expires_at = clock::steady_time::max();
    token_ptr held;             ///< Null: it is being looked for, or it has ended.
    std::uint64_t version = 0;  ///< In the store.

    [[nodiscard]] static entry* make(realm_ptr home, std::string_view account, std::pmr::memory_resource& memory);
    /// `memory`: where it was made.
    static void destroy(entry* what, std::pmr::memory_resource& memory) noexcept;

    [[nodiscard]] std::string_view account() const noexcept {
        return {reinterpret_cast<const char*>(this + 1), account_size};
    }
    [[nodiscard]] key_view view() const noexcept {
        const realm& shared = home();
        return {shared.provider(), shared.client_id(), account(), shared.scope(), shared.resource()};
    }
    [[nodiscard]] token_key key() const { return home().with_account(std::string{account()}); }

    [[nodiscard]] const realm& home() const noexcept { return amid_->home; }
    [[nodiscard]] unrest* trouble() const noexcept { return amid_->trouble; }  ///< Null: all is well.

    /// Its `trouble`, made where there is none.
    unrest& in_trouble();
    /// All is well: there is no `trouble` any more.
    void come_to_rest() noexcept { amid_ = trouble()->within; }

    [[nodiscard]] bool flying() const noexcept { return trouble() != nullptr && trouble()->flying; }
    [[nodiscard]] bool unsaved() const noexcept { return trouble() != nullptr && trouble()->commit.pending; }
    [[nodiscard]] bool awaited() const noexcept { return trouble() != nullptr && !trouble()->waiting.empty(); }

    /// When its refresh may begin; the end of time: it cannot be refreshed, or is under way.
    [[nodiscard]] clock::steady_time refresh_at() const noexcept {
        if (!held || !can_refresh || flying()) {
            return clock::steady_time::max();
        }
        return trouble() != nullptr ? std::max(stale_at, trouble()->next_attempt) : stale_at;
    }

    /// Whether its token may be handed out.
    [[nodiscard]] bool usable(clock::steady_time now) const noexcept {
        return held && !invalidated && now < expires_at;
    }

private:
    explicit entry(realm_ptr home) noexcept : due_node{kind::entry}, amid_{std::move(home)} {}
    ~entry() = default;

    boost::intrusive_ptr<const setting> amid_;
};

}  // namespace coauth::cache
