#include <coauth/core/secret.hpp>

#include <openssl/crypto.h>

#include <string.h>
#include <utility>

namespace coauth {

void wipe(std::string& text) noexcept {
    // A string's characters beyond its size are its own memory still: a moved-from or shortened string keeps old ones
    // there. One that has none of its own, as most that die have not, costs next to nothing.
    if (!has_own_memory(text)) {
        text.assign(text.capacity(), '\0');
        asm volatile("" : : "r"(text.data()) : "memory");  // nobody may leave out what nobody reads
    } else {
        const std::size_t used = text.size();
        text.resize(text.capacity());
        explicit_bzero(text.data(), used);
    }
    text.clear();
}

bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept {
    return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

secret::secret(std::string value) {
    value_.swap(value);
    wipe(value);  // what a short string's swap has left behind
    if (value_.empty()) {
        wipe(value_);  // and what it has brought along
    }
}

secret& secret::operator=(const secret& other) {
    if (this != &other) {
        std::string copy = other.value_;
        wipe(value_);
        value_.swap(copy);
        wipe(copy);  // what a short string's swap has left behind
    }
    return *this;
}

secret& secret::operator=(secret&& other) noexcept {
    if (this != &other) {
        wipe(value_);
        value_.swap(other.value_);
        if (!has_own_memory(value_)) {
            wipe(other.value_);  // what a short string's swap has left behind
        }
    }
    return *this;
}

bool operator==(const secret& left, const secret& right) noexcept {
    return equal_in_constant_time(left.value_, right.value_);
}

}  // namespace coauth
