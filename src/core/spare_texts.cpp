#include "core/spare_texts.hpp"

#include <array>
#include <utility>

namespace coauth {
namespace {

constexpr std::size_t most_kept = 64;

// Smaller ones are at hand in malloc, and larger ones are rare.
constexpr std::size_t least_size = 256;
constexpr std::size_t greatest_size = 4096;

/// Of this thread. Messages may outlive it.
thread_local constinit bool ended = false;

struct shelf {
    ~shelf() { ended = true; }

    std::array<std::string, most_kept> texts;
    std::size_t count = 0;
};

shelf& own_shelf() noexcept {
    thread_local shelf own;
    return own;
}

}  // namespace

std::string spare_text(std::size_t room) {
    std::string text;
    if (room >= least_size && room <= greatest_size && !ended) {
        if (shelf& own = own_shelf(); own.count != 0) {
            text = std::move(own.texts[--own.count]);
        }
    }
    text.reserve(room);
    return text;
}

void keep_spare(std::string& text) noexcept {
    if (text.capacity() < least_size || text.capacity() > greatest_size || ended) {
        return;
    }
    if (shelf& own = own_shelf(); own.count != most_kept) {
        own.texts[own.count++] = std::move(text);
    }
}

}  // namespace coauth
