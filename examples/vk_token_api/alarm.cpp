#include "alarm.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace vk_token_api {

namespace asio = boost::asio;

struct alarm::state {
    state(const coauth::executor& where, std::shared_ptr<const coauth::clock> its_clock)
        : timer(where), clock(std::move(its_clock)) {}

    asio::steady_timer timer;
    std::shared_ptr<const coauth::clock> clock;
    bool rung = false;
    bool runs_by_itself = true;

    void ring() {
        rung = true;
        timer.cancel();
    }
};

alarm::alarm(coauth::executor where, std::shared_ptr<const coauth::clock> clock)
    : state_(std::make_shared<state>(where, clock)) {
    const std::weak_ptr<state> watched = state_;
    listening_ = clock->on_jump([where, watched] {
        asio::post(where, [watched] {
            if (const auto alive = watched.lock()) {
                alive->ring();
            }
        });
    });
    state_->runs_by_itself = listening_ == nullptr;
}

alarm::~alarm() = default;

coauth::awaitable<void> alarm::wait(coauth::clock::wall_time until) {
    // The machine's wall clock may be set: it is looked at every so often.
    constexpr std::chrono::minutes longest_sleep{10};
    const std::shared_ptr<state> mine = state_;
    const auto left = until - mine->clock->now();
    if (!mine->rung && left.count() > 0) {
        if (mine->runs_by_itself) {
            mine->timer.expires_after(std::min<asio::steady_timer::duration>(left, longest_sleep));
        } else {
            mine->timer.expires_at(asio::steady_timer::time_point::max());
        }
        co_await mine->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    mine->rung = false;
}

void alarm::ring() {
    state_->ring();
}

}  // namespace vk_token_api
