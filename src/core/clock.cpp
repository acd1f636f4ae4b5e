#include <coauth/core/clock.hpp>
#include <coauth/core/manual_clock.hpp>

#include <mutex>
#include <utility>
#include <vector>

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

std::shared_ptr<void> clock::on_jump(std::function<void()>) const {
    return nullptr;
}

struct manual_clock::listeners {
    using listener = std::function<void()>;

    std::mutex mutex;
    std::vector<std::weak_ptr<listener>> all;
};

manual_clock::manual_clock(wall_time start) : start_(start), listeners_(std::make_shared<listeners>()) {}

void manual_clock::advance(std::chrono::nanoseconds by) {
    turned_ += by.count();
    std::vector<std::weak_ptr<listeners::listener>> told;
    {
        const std::scoped_lock lock{listeners_->mutex};
        std::erase_if(listeners_->all, [](const auto& each) { return each.expired(); });
        told = listeners_->all;
    }
    for (const auto& each : told) {
        if (const auto alive = each.lock()) {
            (*alive)();
        }
    }
}

std::shared_ptr<void> manual_clock::on_jump(std::function<void()> turned) const {
    auto added = std::make_shared<listeners::listener>(std::move(turned));
    const std::scoped_lock lock{listeners_->mutex};
    listeners_->all.push_back(added);
    return added;
}

clock::wall_time manual_clock::now() const noexcept {
    return start_ + std::chrono::duration_cast<wall_time::duration>(std::chrono::nanoseconds{turned_});
}

clock::steady_time manual_clock::steady_now() const noexcept {
    // Not at the epoch: a default-constructed time point must lie in the past.
    return steady_time{std::chrono::hours{1} + std::chrono::nanoseconds{turned_}};
}

}  // namespace coauth
