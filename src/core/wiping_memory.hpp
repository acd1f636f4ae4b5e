#pragma once

#include <boost/json/memory_resource.hpp>

#include <cstddef>
#include <new>
#include <string.h>

namespace coauth {

/// Memory for JSON that holds secrets: wiped before it is freed. Boost.JSON asks for no more than the usual alignment,
/// and frees a key that it could not use with another one than it asked for.
class wiping_memory final : public boost::json::memory_resource {
    void* do_allocate(std::size_t size, std::size_t /*alignment*/) override { return ::operator new(size); }
    void do_deallocate(void* memory, std::size_t size, std::size_t /*alignment*/) override {
        explicit_bzero(memory, size);
        ::operator delete(memory);
    }
    bool do_is_equal(const boost::json::memory_resource& other) const noexcept override { return this == &other; }
};

}  // namespace coauth
