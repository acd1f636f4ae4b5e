#pragma once

#include "core/brief_mutex.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/core/error.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace coauth::cache {

struct flight;

/// Who may ask one provider for a refresh, and when: so many at once, first come, first served, those first that
/// somebody waits for; and none for a while after it failed too often in a row, until a single one has probed it. No
/// I/O.
///
/// Threads: any.
class provider_gate {
public:
    using flight_ptr = std::shared_ptr<flight>;

    struct limits {
        std::size_t at_once = 1;
        std::size_t failures = 0;  ///< 0: the circuit never opens.
        std::chrono::milliseconds pause{};
    };

    enum class passage { free, queued, closed };

    provider_gate(std::string provider, limits what) : provider_{std::move(provider)}, limits_{what} {}

    /// `free`: go, and `leave` later. `queued`: a later `leave` of another names it. `closed`: the circuit is open.
    passage enter(const flight_ptr& who, bool awaited, clock::steady_time now);

    /// As `enter`, if the way is free and the circuit closed. It waits for nobody, so it may be asked under a mutex.
    /// False: nothing has changed, and `enter` is to be asked.
    [[nodiscard]] bool try_enter();

    /// What those are told who are not let in.
    [[nodiscard]] failure refusal(clock::steady_time now) const;

    /// How a passage ended.
    enum class outcome { unused, answered, failed };

    /// Somebody waits for `who` by now: if it is in the queue, it comes before those that nobody waits for.
    void promote(const flight_ptr& who);

    /// Those who waited, and what becomes of them.
    struct turn {
        std::vector<flight_ptr> free;
        std::vector<flight_ptr> closed;
    };

    /// `who`, that was let in, is done.
    [[nodiscard]] turn leave(const flight_ptr& who, outcome how, std::optional<std::chrono::seconds> retry_after,
                             clock::steady_time now);

    /// Knows nobody any more.
    void forget();

    /// Everybody who waits, taken out of the queue.
    [[nodiscard]] std::vector<flight_ptr> dismiss();

    [[nodiscard]] std::size_t under_way() const;
    [[nodiscard]] std::size_t queued() const;

private:
    std::vector<flight_ptr> take_queue();
    flight_ptr take_first();

    const std::string provider_;
    const limits limits_;
    mutable brief_mutex mutex_;
    std::size_t under_way_ = 0;
    std::size_t queued_ = 0;
    std::deque<flight_ptr> awaited_;  ///< Those that were promoted stand in both.
    std::deque<flight_ptr> others_;
    std::size_t failed_in_a_row_ = 0;
    bool open_ = false;  ///< The circuit: open it lets nothing through but a probe.
    flight_ptr probe_;
    clock::steady_time open_until_{};
};

}  // namespace coauth::cache
