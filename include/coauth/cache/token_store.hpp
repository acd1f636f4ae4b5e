#pragma once

#include <coauth/cache/token_key.hpp>
#include <coauth/core/error.hpp>
#include <coauth/core/token.hpp>
#include <coauth/http/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coauth {

/// What a store keeps under a key.
class token_record {
public:
    token_record() = default;
    explicit token_record(token kept) : value(std::move(kept)) {}  ///< Not refused.

    token value;  ///< The token as it was issued, or as its last refresh left it.

    /// Set once the provider refused to refresh the token: why. Only a new login helps; nobody need ask again.
    std::optional<errc> refused;
};

/// A record as it was read, with its version: greater after each commit, and never the same twice under one key, even
/// if the record was erased in between.
struct stored_token {
    token_record record;        ///< What is kept.
    std::uint64_t version = 0;  ///< To be named by the commit that replaces it; 0 stands for no record.
};

/// Part of a store's content, in the order of its own.
struct store_page {
    /// One key, and what is kept under it.
    struct item {
        token_key key;                       ///< Complete: with its client id.
        std::uint64_t version = 0;           ///< As in `stored_token`.
        std::optional<token_record> record;  ///< Absent where it could not be read: `unreadable` says why.
        std::optional<failure> unreadable;   ///< Absent where there is a record.
    };
    std::vector<item> items;  ///< May be empty though it is not the last page.
    std::string next;         ///< Where the next page begins; empty: this was the last.
};

/// A lease that is asked for longer is given for this long: a refresh takes seconds.
inline constexpr std::chrono::milliseconds longest_lease = std::chrono::hours{1};

/// Where tokens are kept: `memory_store`, `sqlite_store`, or one of your own (over Redis, say).
///
/// What is said here holds for every awaitable below.
/// - It throws `coauth::error` of class store, and nothing is changed then, as far as the store can know. A timeout of
///   the store's own is `errc::store_failed`.
/// - Cancellation may end it with `errc::cancelled`; whether a `commit` or an `erase` was carried out, a `load` finds
///   out then. An implementation that does not heed it ends by itself within seconds.
/// - It must not block the thread that it is awaited on. Threads: any, at once; the caller resumes on its own executor.
/// - Keys are complete: their `client_id` is never empty where a `token_cache` asks.
class token_store {
public:
    virtual ~token_store() = default;

    /// The record and its version; nothing where there is none.
    virtual awaitable<std::optional<stored_token>> load(token_key key) = 0;

    /// Writes the record if the key's version still is `expected` (0: there is no record), and ends the key's lease.
    /// Returns the new version, or nothing where the version was another: then nothing is written. When it returns, the
    /// record is as durable as the store promises.
    virtual awaitable<std::optional<std::uint64_t>> commit(token_key key, token_record record,
                                                           std::uint64_t expected) = 0;

    /// Takes the key's lease for `time`, `longest_lease` at most, so that of many processes one refreshes. True where
    /// `owner` has it now: it was free, had run out, or was its own already and is prolonged. A `time` of zero gives
    /// the owner's lease back, and returns false. A lease needs no record.
    virtual awaitable<bool> try_lease(token_key key, std::string owner, std::chrono::milliseconds time) = 0;

    /// Removes the record and the lease. False where there was no record.
    virtual awaitable<bool> erase(token_key key) = 0;

    /// At most `limit` records (1 to 1,000; others are brought into that range) after those of the page that named
    /// `after` as its next; empty: from the beginning. A record that is there during the whole scan is seen exactly
    /// once. A damaged record does not end it. Throws `errc::invalid_argument` for an `after` that is none.
    virtual awaitable<store_page> scan(std::string after, std::size_t limit) = 0;
};

}  // namespace coauth
