#pragma once

#include <cstddef>
#include <new>

namespace coauth::http {

/// Room for what Asio keeps of one operation while it is under way, in the object whose operation it is. Asio has room
/// ready for two in each thread; for all others of many connections it asks the system.
///
/// What does not fit, or comes while the room is taken, is allocated. The object has to live until the operation is
/// over, so the operation's handler owns it, as a rule. Threads: one at a time.
template <std::size_t Bytes>
class operation_memory {
public:
    operation_memory() = default;
    operation_memory(const operation_memory&) = delete;
    operation_memory& operator=(const operation_memory&) = delete;

    /// What Asio takes memory with, where it is the handler's associated allocator.
    template <class T>
    class allocator {
    public:
        using value_type = T;

        explicit allocator(operation_memory& of) noexcept : of_(&of) {}
        template <class Other>
        allocator(const allocator<Other>& other) noexcept : of_(other.of_) {}

        [[nodiscard]] T* allocate(std::size_t count) { return static_cast<T*>(of_->take(count * sizeof(T))); }
        void deallocate(T* what, std::size_t) noexcept { of_->give_back(what); }

        friend bool operator==(const allocator&, const allocator&) = default;

    private:
        template <class>
        friend class allocator;
        operation_memory* of_;
    };

    [[nodiscard]] allocator<void> get() noexcept { return allocator<void>(*this); }

private:
    void* take(std::size_t bytes) {
        if (taken_ || bytes > Bytes) {
            return ::operator new(bytes);
        }
        taken_ = true;
        return room_;
    }

    void give_back(void* what) noexcept {
        if (what == room_) {
            taken_ = false;
        } else {
            ::operator delete(what);
        }
    }

    alignas(std::max_align_t) std::byte room_[Bytes];
    bool taken_ = false;
};

}  // namespace coauth::http
