#pragma once

#include <mutex>

namespace coauth {

/// A mutex that is held for decisions only: who finds it taken looks again for a few microseconds before sleeping, for
/// to sleep and be woken takes many times as long as what the other is at.
class brief_mutex {
public:
    void lock() {
        constexpr int longest_rest = 128;
        for (int rest = 1; rest <= longest_rest; rest *= 2) {
            if (mutex_.try_lock()) {
                return;
            }
            relax(rest);
        }
        mutex_.lock();
    }
    [[nodiscard]] bool try_lock() noexcept { return mutex_.try_lock(); }
    void unlock() noexcept { mutex_.unlock(); }

private:
    static void relax(int instructions) noexcept {
        for (int each = 0; each < instructions; ++each) {
#if defined(__x86_64__) || defined(__i386__)
            __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
            asm volatile("yield");
#endif
        }
    }

    std::mutex mutex_;
};

}  // namespace coauth
