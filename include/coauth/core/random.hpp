#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace coauth {

/// Where states and verifiers come from.
///
/// Threads: `fill` may be called from any thread at once.
class random_source {
public:
    virtual ~random_source() = default;

    /// Fills `bytes` with unpredictable values. Throws `coauth::error` if there are none to be had; the system's source
    /// then says `errc::invalid_argument`.
    virtual void fill(std::span<unsigned char> bytes) const = 0;
};

/// OpenSSL's generator: what is used wherever an option holds no source. A forked process draws bytes of its own.
[[nodiscard]] const std::shared_ptr<const random_source>& system_random();

/// `bytes` random bytes as base64url text without padding (RFC 4648, section 5): 32 bytes make 43 characters.
[[nodiscard]] std::string random_text(const random_source& source, std::size_t bytes);

}  // namespace coauth
