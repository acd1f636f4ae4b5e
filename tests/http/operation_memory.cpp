#include "http/operation_memory.hpp"

#include <doctest/doctest.h>

#include <array>
#include <memory>

namespace {

using room = coauth::http::operation_memory<64>;
using bytes = std::array<char, 64>;

template <class T>
auto allocator_of(room& of) {
    return typename std::allocator_traits<decltype(of.get())>::template rebind_alloc<T>(of.get());
}

template <class T>
bool is_within(const room& of, const T* what) {
    const auto* const begin = reinterpret_cast<const char*>(&of);
    const auto* const at = reinterpret_cast<const char*>(what);
    return at >= begin && at < begin + sizeof(of);
}

}  // namespace

TEST_CASE("one operation stands in the room, and the next one again when it is over") {
    room of;
    auto take = allocator_of<bytes>(of);
    for (int times = 0; times != 2; ++times) {
        bytes* const first = take.allocate(1);
        CHECK(is_within(of, first));
        bytes* const second = take.allocate(1);
        CHECK_FALSE(is_within(of, second));
        take.deallocate(first, 1);
        bytes* const third = take.allocate(1);
        CHECK(is_within(of, third));
        take.deallocate(second, 1);
        bytes* const fourth = take.allocate(1);
        CHECK_FALSE(is_within(of, fourth));  // the third is still there
        take.deallocate(third, 1);
        take.deallocate(fourth, 1);
    }
}

TEST_CASE("what does not fit is allocated, and leaves the room free") {
    room of;
    auto take = allocator_of<bytes>(of);
    bytes* const two = take.allocate(2);
    CHECK_FALSE(is_within(of, two));
    bytes* const one = take.allocate(1);
    CHECK(is_within(of, one));
    take.deallocate(one, 1);
    take.deallocate(two, 2);
}

TEST_CASE("allocators of one room are equal, of whatever type") {
    room of;
    room other;
    CHECK(allocator_of<int>(of) == allocator_of<int>(of));
    CHECK_FALSE(allocator_of<int>(of) == allocator_of<int>(other));
    CHECK(allocator_of<int>(of) == coauth::http::operation_memory<64>::allocator<int>(allocator_of<char>(of)));
}
