#pragma once

#include "core/brief_mutex.hpp"
#include "http/call.hpp"
#include "http/connection.hpp"
#include "http/context_watch.hpp"
#include "http/known_urls.hpp"
#include "http/ledger.hpp"

#include <coauth/http/awaitable.hpp>
#include <coauth/http/connection_pool.hpp>
#include <coauth/http/pool_options.hpp>

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>

namespace coauth::http {

/// What a pool and all that is under way in it share: carries out what the ledger decides.
///
/// The mutex guards the ledger alone and is never held across anything that can call out or wait. Every connection
/// works on a strand of its own; a caller is resumed on its own executor.
class pool_core : public context_bound, public std::enable_shared_from_this<pool_core> {
public:
    /// Throws `coauth::error`.
    pool_core(executor where, pool_options options);

    /// Has the executor's context end this pool with itself.
    void watch_context();

    /// Throws `coauth::error` with `errc::invalid_argument`.
    [[nodiscard]] std::shared_ptr<call> new_call(http_request&& request);

    /// Sets `asked` on its way; `handler` is called once, on `home`, the caller's executor. So is this.
    void begin(const std::shared_ptr<call>& asked, const executor& home, call::completion handler);

    [[nodiscard]] pool_statistics statistics() const;

    void close() noexcept;

    /// The context ends: nobody can be resumed any more, so everybody's frames are freed.
    void abandon() noexcept override;

private:
    using connection_ptr = std::shared_ptr<connection>;
    using core_ptr = std::shared_ptr<pool_core>;

    struct service;

    // On the connection's strand.
    static awaitable<void> open(core_ptr self, connection_ptr with);

    void serve_queued();

    // Where the connection is nobody else's.
    std::shared_ptr<service> serve(ledger_orders::serving order);
    bool give_up_unfit(const ledger_orders::serving& order);
    std::shared_ptr<service> exchange(ledger_orders::serving order);
    void receive(const std::shared_ptr<service>& served);
    void exchanged(const connection_ptr& with, exchange_result ended);
    void examine(const connection_ptr& with);

    void start(const connection_ptr& with, awaitable<void> work);
    void work_broke(const connection_ptr& with, const std::exception_ptr& why);

    template <class Change>
    void change(Change&& what_happened);
    bool queue(ledger_orders& orders) noexcept;
    void begin_serving() noexcept;
    void carry_out(ledger_orders& orders) noexcept;
    void begin_to_examine(const connection_ptr& idle);
    void close(const ledger_orders::closing& order);
    static void cut(const connection_ptr& which) noexcept;
    void tell_end(const call& ended) const noexcept;

    void begin_sweeping();
    void arm_sweep();
    void give_up_sweeping();
    void sweep();

    template <class Event>
    void tell(Event&& event) const noexcept;

    const executor where_;
    const pool_options options_;
    const std::shared_ptr<const clock> clock_;
    const std::shared_ptr<const link_settings> link_settings_;
    known_urls urls_;
    std::atomic<std::uint64_t> calls_numbered_{0};

    mutable brief_mutex mutex_;
    ledger ledger_;
    std::deque<ledger_orders::serving> to_serve_;
    bool serving_ = false;  // `serve_queued` is to come
    bool sweeping_ = false;
    bool abandoned_ = false;

    // On the sweep's strand.
    std::optional<boost::asio::steady_timer> sweep_timer_;
    unsigned sweeps_ = 0;
};

}  // namespace coauth::http
