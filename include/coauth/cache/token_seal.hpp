#pragma once

#include <coauth/cache/token_store.hpp>
#include <coauth/core/key_ring.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace coauth {

/// How records are written down: sealed under a key ring, or, if that is asked for by name, readable to anyone. A
/// sealed record is bound to its key: moved under another account it does not open.
///
/// For `sqlite_store` and for stores of one's own. Copying is cheap. Threads: any.
class token_seal {
public:
    /// Sealed under the first of these keys; opened under any of them.
    [[nodiscard]] static token_seal under(key_ring keys);

    /// No encryption: for a disk that is encrypted anyway, or a test. Reads nothing that was sealed, and the other way
    /// round.
    [[nodiscard]] static token_seal plaintext();

    /// The record as bytes.
    [[nodiscard]] std::string close(const token_key& key, const token_record& record) const;

    /// The record again. Fails with `errc::unsealing_failed`, whose text names the token's key and what to do, or with
    /// `errc::store_damaged` where what was sealed is no record. Whoever keeps the bytes should not delete them then.
    [[nodiscard]] result<token_record> open(const token_key& key, std::string_view bytes) const;

    /// Whether `close` would write it as it is written: under the first key. False for what should be resealed.
    [[nodiscard]] bool is_current(std::string_view bytes) const noexcept;

private:
    explicit token_seal(std::optional<key_ring> keys) noexcept;
    std::optional<key_ring> keys_;
};

}  // namespace coauth
