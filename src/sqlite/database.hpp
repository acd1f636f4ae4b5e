#pragma once

#include "sqlite/connection.hpp"

#include <coauth/cache/token_key.hpp>
#include <coauth/core/clock.hpp>
#include <coauth/core/secret.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coauth::sqlite {

/// A record as it stands in the file. It may be written in plaintext, so it is wiped.
struct row {
    token_key key;
    std::uint64_t version = 0;
    secret record;
};

/// What a store does, as statements. Each throws `coauth::error` of class store; those that write do it in the
/// transaction that is open. Threads: one at a time.
class database {
public:
    /// `patience` and `busy` as `open_file` has them.
    database(const std::string& path, std::chrono::milliseconds patience, std::chrono::milliseconds busy);

    database(const database&) = delete;
    database& operator=(const database&) = delete;

    [[nodiscard]] connection& file() noexcept { return file_; }

    [[nodiscard]] std::optional<row> read(const token_key& key);

    /// Rows in the order of their keys, after this key or from the beginning.
    [[nodiscard]] std::vector<row> read_after(const std::optional<token_key>& key, std::size_t limit);

    /// As `token_store::commit`.
    [[nodiscard]] std::optional<std::uint64_t> write(const token_key& key, const secret& record,
                                                     std::uint64_t expected);

    /// Writes the record that is there anew; its version stays.
    void rewrite(const token_key& key, const secret& record);

    bool take_lease(const token_key& key, const std::string& owner, clock::wall_time now,
                    std::chrono::milliseconds time);
    void give_lease_back(const token_key& key, const std::string& owner);
    bool erase(const token_key& key);

private:
    [[nodiscard]] std::uint64_t next_version();

    connection file_;
    statement read_;
    statement read_first_;
    statement read_after_;
    statement count_;
    statement insert_;
    statement update_;
    statement rewrite_;
    statement erase_;
    statement take_lease_;
    statement give_lease_back_;
    statement end_lease_;
};

}  // namespace coauth::sqlite
