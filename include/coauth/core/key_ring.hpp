#pragma once

#include <coauth/core/error.hpp>
#include <coauth/core/secret.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace coauth {

/// Keys under which data is sealed: AES-256-GCM (NIST SP 800-38D), a random nonce of 96 bits each time. The first key
/// seals; any of them opens, so a new key is put in front and an old one stays until nothing is sealed under it any
/// more.
///
/// Its text form has one key a line, `NAME:BASE64`: a name of 1 to 32 letters, digits, `-`, `_` or `.`, which is not
/// secret and stands in front of what the key sealed, and 32 random bytes. Empty lines and lines that begin with `#`
/// are passed over. Copying is cheap and shares the keys, which are wiped with the last copy. Threads: any.
class key_ring {
public:
    /// Reads the text form. Fails with `errc::invalid_argument`, which names the line and never shows it: no key at
    /// all, a name twice, not 32 bytes.
    [[nodiscard]] static result<key_ring> parse(const secret& text);

    /// Reads a file in the text form. Throws `coauth::error` with `errc::invalid_argument`: there is no such file, it
    /// is over 64 KiB, others than its owner may read or write it, or as `parse` says.
    [[nodiscard]] static key_ring from_file(const std::string& path);

    /// Reads an environment variable in the text form; lines may be parted by commas too. Throws as `from_file` does.
    [[nodiscard]] static key_ring from_environment(const std::string& variable);

    /// A new key as a line of the text form, named `name`. Throws `errc::invalid_argument` for another kind of name.
    [[nodiscard]] static secret generate(std::string_view name);

    /// `plain` sealed under the first key and bound to `associated`, which is authenticated but not kept (RFC 5116).
    /// The result is binary. One key may seal 2^32 times; change it long before.
    [[nodiscard]] std::string seal(std::string_view plain, std::string_view associated) const;

    /// What was sealed. Fails with `errc::unsealing_failed`: under an unknown key (its name is told), cut, altered, or
    /// bound to something else.
    [[nodiscard]] result<secret> open(std::string_view sealed, std::string_view associated) const;

    /// Whether `sealed` was sealed under the first key; false for what is no sealed data.
    [[nodiscard]] bool sealed_by_first(std::string_view sealed) const noexcept;

    [[nodiscard]] std::size_t size() const noexcept;  ///< How many keys there are; at least 1.

private:
    struct keys;
    explicit key_ring(std::shared_ptr<const keys> shared) noexcept;
    std::shared_ptr<const keys> keys_;
};

}  // namespace coauth
