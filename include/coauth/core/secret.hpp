#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace coauth {

/// Overwrites the whole buffer of `text`, its spare capacity too, and empties it.
void wipe(std::string& text) noexcept;

/// Whether a string's characters stand in memory of its own. That goes along when it is moved; what stands in the
/// string itself is copied, and stays behind.
[[nodiscard]] inline bool has_own_memory(const std::string& text) noexcept {
    return text.capacity() > std::string{}.capacity();
}

/// A string that must not be seen: a client secret, a token, a code, a verifier.
///
/// It cannot be streamed or formatted, compares in constant time, and its memory is overwritten when it is assigned
/// over, moved from or destroyed. The only way to its characters is `reveal()`, which is easy to search for.
///
/// Threads: as a `std::string`.
class secret {
public:
    /// An empty secret.
    secret() noexcept = default;

    /// Takes `value`; the argument's own memory is wiped.
    explicit secret(std::string value);

    secret(const secret&) = default;
    secret(secret&& other) noexcept : value_(std::move(other.value_)) {  ///< Leaves `other` empty and its memory wiped.
        if (!has_own_memory(value_)) {
            wipe(other.value_);
        }
    }
    secret& operator=(const secret& other);      ///< Wipes what was there.
    secret& operator=(secret&& other) noexcept;  ///< Wipes what was there; leaves `other` empty and its memory wiped.
    ~secret() {
        if (!value_.empty() || has_own_memory(value_)) {  // what was moved from is clean
            wipe(value_);
        }
    }

    /// The characters themselves, valid until the secret changes or dies. Do not copy them into a string that lives on.
    [[nodiscard]] std::string_view reveal() const noexcept { return value_; }

    [[nodiscard]] bool empty() const noexcept { return value_.empty(); }  ///< Whether it has no characters.

    /// Compares in a time that depends on the lengths alone.
    friend bool operator==(const secret& left, const secret& right) noexcept;

    template <class Stream>
    friend Stream& operator<<(Stream&, const secret&) = delete;

private:
    std::string value_;
};

/// Compares two strings in a time that depends on their lengths alone; for a state or a signature from outside.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept;

}  // namespace coauth
