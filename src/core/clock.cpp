#include <coauth/core/clock.hpp>
#include <coauth/core/manual_clock.hpp>

namespace coauth {
namespace {

class machine_clock final : public clock {
public:
    wall_time now() const noexcept override { return std::chrono::system_clock::now(); }
    steady_time steady_now() const noexcept override { return std::chrono::steady_clock::now(); }
};

}  // namespace

const std::shared_ptr<const clock>& system_clock() {
    static const std::shared_ptr<const clock> instance = std::make_shared<machine_clock>();
    return instance;
}

manual_clock::manual_clock(wall_time start) noexcept : start_(start) {}

void manual_clock::advance(std::chrono::nanoseconds by) noexcept {
    turned_ += by.count();
}

clock::wall_time manual_clock::now() const noexcept {
    return start_ + std::chrono::duration_cast<wall_time::duration>(std::chrono::nanoseconds{turned_});
}

clock::steady_time manual_clock::steady_now() const noexcept {
    // Not at the epoch: a default-constructed time point must lie in the past.
    return steady_time{std::chrono::hours{1} + std::chrono::nanoseconds{turned_}};
}

}  // namespace coauth
