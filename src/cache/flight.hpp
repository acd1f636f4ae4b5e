#pragma once

#include "cache/bystander.hpp"
#include "cache/clients.hpp"
#include "cache/entry.hpp"
#include "http/shared_strands.hpp"

#include <coauth/cache/token_key.hpp>
#include <coauth/cache/token_store.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace coauth::cache {

/// The pauses between attempts at a commit that the store refuses grow no longer than this.
constexpr std::chrono::milliseconds longest_commit_pause{60'000};

/// One piece of work for an entry, at the store and at the provider. It ends whether or not anybody waits for it, and
/// whatever becomes of its entry meanwhile.
struct flight final : due_node {
    /// What it is at. A load goes from `loading` to its end; a refresh from `queued` down the list, or breaks off; a
    /// commit that failed begins with `committing`.
    enum class stage { loading, queued, consulting, asking, settling, committing };

    flight(entry& of, std::size_t its_shard, std::uint64_t its_number, stage first, const http::shared_strands& strands)
        : due_node{kind::flight},
          key{of.key()},
          shard{its_shard},
          lease{its_number},
          strand{strands.of(its_number)},
          at{first},
          home{&of},
          version{of.version} {}

    const token_key key;
    const std::size_t shard;
    std::uint64_t
        lease;  ///< Who it is to the store, in its shard: its own number, or that of one whose lease it takes over.

    // On its strand it runs, and is told to give up what it asks of the store.
    const http::strand strand;
    boost::asio::cancellation_signal give_up_reading;  ///< A load or a consultation: one of them.
    boost::asio::cancellation_signal give_up_writing;  ///< A commit or a settlement: one of them.

    std::atomic<bool> awaited{false};  ///< Somebody waits.

    /// Who waits for the commit of what a login brought, from the beginning; null: no login did.
    std::shared_ptr<bystander<std::optional<failure>>> author;

    // The shard's, under its mutex.
    stage at;
    entry* home;                   ///< Null: the entry was erased, or has got another token: the result is not for it.
    std::uint16_t generation = 0;  ///< The entry's, when the provider was asked.
    std::uint64_t version;         ///< The store's, when it was consulted.
    token_ptr from;                ///< The token that is refreshed, once the store was consulted.
    std::vector<token_ptr> earlier;  ///< Its commit takes the place of these too.
    token_ptr fresh;                 ///< What the provider issued.
    std::optional<failure> refusal;  ///< Or why it did not, for good.
    std::shared_ptr<const served_client> served;
    bool leased = false;      ///< The store keeps other processes away.
    bool let_in = false;      ///< The gate counts it.
    bool shown = false;       ///< `fresh` has been handed out: what is committed was left over.
    bool overriding = false;  ///< Its commit takes the place of whatever the store has.

    // The gate's, under its mutex.
    bool in_queue = false;
};

}  // namespace coauth::cache
