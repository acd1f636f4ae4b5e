#pragma once

#include "core/wiping_memory.hpp"

#include <boost/json/memory_resource.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/storage_ptr.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string.h>

namespace coauth::provider {

/// Memory for the JSON of one reply, which may hold tokens: `Own` bytes within itself, and blocks where that is not
/// enough. It is freed, and wiped, as a whole.
template <std::size_t Own>
class reply_memory final : public boost::json::memory_resource {
public:
    reply_memory() = default;
    ~reply_memory() override { explicit_bzero(own_.data(), used_); }
    reply_memory(const reply_memory&) = delete;
    reply_memory& operator=(const reply_memory&) = delete;

private:
    void* do_allocate(std::size_t size, std::size_t alignment) override {
        std::size_t left = own_.size() - used_;
        void* at = own_.data() + used_;
        if (std::align(alignment, size, at, left) == nullptr) {
            return more_.allocate(size, alignment);
        }
        used_ = own_.size() - left + size;
        return at;
    }
    void do_deallocate(void*, std::size_t, std::size_t) override {}
    bool do_is_equal(const boost::json::memory_resource& other) const noexcept override { return this == &other; }

    static wiping_memory* blocks() {
        static wiping_memory memory;  // it has no state
        return &memory;
    }

    alignas(std::max_align_t) std::array<unsigned char, Own> own_;
    std::size_t used_ = 0;
    boost::json::monotonic_resource more_{2 * Own, blocks()};
};

/// For a value that outlives its reading. With what is counted beside it, it takes a kilobyte.
[[nodiscard]] inline boost::json::storage_ptr shared_reply_memory() {
    return boost::json::make_shared_resource<reply_memory<880>>();
}

}  // namespace coauth::provider

/// Values need not free what they took from it.
template <std::size_t Own>
struct boost::json::is_deallocate_trivial<coauth::provider::reply_memory<Own>> {
    static constexpr bool value = true;
};
