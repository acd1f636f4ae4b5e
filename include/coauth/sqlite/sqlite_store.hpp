#pragma once

#include <coauth/cache/token_seal.hpp>
#include <coauth/cache/token_store.hpp>
#include <coauth/core/clock.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace coauth {

/// How a `sqlite_store` works.
struct sqlite_options {
    /// Its wall clock measures leases; null: the machine's. A lease that would end later than `longest_lease` from now
    /// was taken before the clock was set back: it has run out.
    std::shared_ptr<const coauth::clock> clock{};

    /// How long an operation waits for another process that writes, before it fails with `errc::store_locked`. A write
    /// takes milliseconds; longer than that, somebody holds the file open in a transaction.
    std::chrono::milliseconds busy_timeout = std::chrono::seconds{5};
};

/// Tokens in one SQLite file that several processes of a machine may share: each token is refreshed once between them.
///
/// The file is created with mode 0600, in WAL mode, with `synchronous=FULL`: a commit that returned survives a crash of
/// the process and of the machine. All work is done on a thread of the store's own, so no strand is ever blocked. Not
/// for a network file system, where SQLite's locks do not hold.
///
/// Errors, of class store, all with the path and what to do: `store_locked` (another process holds it), `store_full`
/// (the disk), `store_damaged` (not a database, or broken), `store_version` (written by a newer version of this
/// library; an older file is migrated), `store_failed` (a folder that cannot be written, input or output),
/// `unsealing_failed` (a record under another key, or altered). A record that cannot be read is never deleted but by
/// `erase`, and a file that cannot be opened is left as it is.
class sqlite_store final : public token_store {
public:
    /// Opens or creates the file. Blocks for as long as that takes. Throws `coauth::error` as above.
    explicit sqlite_store(std::string path, token_seal seal, sqlite_options options = {});

    /// Ends what was begun, then closes the file. Operations that wait behind it end with `errc::shut_down`.
    ~sqlite_store() override;

    sqlite_store(const sqlite_store&) = delete;
    sqlite_store& operator=(const sqlite_store&) = delete;

    awaitable<std::optional<stored_token>> load(token_key key) override;
    awaitable<std::optional<std::uint64_t>> commit(token_key key, token_record record, std::uint64_t expected) override;
    awaitable<bool> try_lease(token_key key, std::string owner, std::chrono::milliseconds time) override;
    awaitable<bool> erase(token_key key) override;
    awaitable<store_page> scan(std::string after, std::size_t limit) override;

    /// What `reseal` did.
    struct resealed {
        std::size_t written = 0;     ///< Were under an older key, and are under the first one now.
        std::size_t unreadable = 0;  ///< Could not be opened, and were left as they are.
    };

    /// Writes every record that is sealed under an older key anew, under the first one, a few at a time; versions stay.
    /// It may run beside everything else and may be ended and begun again. Afterwards, if none was unreadable, the
    /// older keys may go.
    awaitable<resealed> reseal();

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

}  // namespace coauth
