#include "http/pool_core.hpp"

#include "core/option_checks.hpp"
#include "http/context_watch.hpp"

#include <coauth/core/clock.hpp>
#include <coauth/core/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/recycling_allocator.hpp>
#include <boost/asio/strand.hpp>
#include <boost/container/static_vector.hpp>

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

namespace coauth::http {

namespace asio = boost::asio;

namespace {

using namespace std::chrono_literals;

/// How late a deadline may be noticed.
constexpr auto sweep_interval = 50ms;

/// An idle connection is looked at with every so many sweeps.
constexpr unsigned sweeps_between_looks = 10;

pool_options checked(pool_options options) {
    const option_checks check{"pool_options"};
    if (options.max_connections_per_origin == 0) {
        check.refuse("max_connections_per_origin", "has to be at least 1");
    }
    if (options.proxy && options.proxy->host.empty()) {
        check.refuse("proxy", "has no host");
    }
    check.duration(options.idle_timeout, "idle_timeout");
    check.duration(options.max_connection_age, "max_connection_age");
    check.duration(options.timeout, "timeout");
    check.duration(options.connect_timeout, "connect_timeout");
    check.duration(options.handshake_timeout, "handshake_timeout");
    check.duration(options.response_timeout, "response_timeout");
    check.duration(options.connection_attempt_delay, "connection_attempt_delay");
    if (options.address_lifetime != 0ms) {
        check.duration(options.address_lifetime, "address_lifetime");
    }
    return options;
}

request_event event_of(const call& of) {
    request_event seen;
    seen.request = of.number;
    seen.connection = of.connection_number;
    seen.method = of.request.method();
    seen.url = of.request.safe_url();
    seen.provider = of.request.provider;
    seen.operation = of.request.operation;
    seen.reused = of.reused;
    seen.attempt = std::max(1U, of.attempts);
    return seen;
}

}  // namespace

pool_core::pool_core(executor where, pool_options options)
    : where_{std::move(where)},
      options_{checked(std::move(options))},
      clock_{options_.clock ? options_.clock : system_clock()},
      link_settings_{std::make_shared<const link_settings>(options_, clock_)},
      ledger_{options_,
              [this](std::uint64_t number, origin_book& home) {
                  return std::make_shared<connection>(number, home, make_strand(where_), link_settings_, clock_);
              }},
      sweep_timer_{asio::make_strand(where_)} {}

void pool_core::watch_context() {
    end_with_context(where_, weak_from_this());
}

std::shared_ptr<call> pool_core::new_call(http_request&& request) {
    const auto limit = std::clamp(request.timeout.value_or(options_.timeout), 0ms, longest_duration);
    auto goes_to = urls_.read(request);
    return std::allocate_shared<call>(asio::recycling_allocator<call>{}, ++calls_numbered_, std::move(request),
                                      std::move(goes_to), limit);
}

void pool_core::begin(const std::shared_ptr<call>& asked, const executor& home, call::completion handler) {
    asked->started = clock_->steady_now();
    tell([&](observer& told) { told.request_started(event_of(*asked)); });
    asked->caller.park(home, std::move(handler));
    if (asked->caller.is_cancellable()) {
        asked->caller.on_cancellation([core = weak_from_this(), call = std::weak_ptr{asked}] {
            const auto self = core.lock();
            const auto given_up = call.lock();
            if (self && given_up) {
                self->change([&](ledger_orders& orders) { self->ledger_.cancel(given_up, orders); });
            }
        });
    }
    change([&](ledger_orders& orders) { ledger_.submit(asked, asked->started, orders); });
}

/// Lets the ledger decide, then does what it wants. Throws what the ledger throws for want of memory, when all else
/// that it had decided is done.
template <class Change>
void pool_core::change(Change&& what_happened) {
    ledger_orders orders;
    std::exception_ptr broken;
    bool begin_to_serve = false;
    bool begin_to_sweep = false;
    {
        const std::scoped_lock lock{mutex_};
        if (abandoned_) {
            return;
        }
        try {
            what_happened(orders);
        } catch (...) {
            broken = std::current_exception();
        }
        begin_to_serve = queue(orders);
        begin_to_sweep = !sweeping_ && ledger_.is_active();
        sweeping_ = sweeping_ || begin_to_sweep;
    }
    if (begin_to_serve) {
        begin_serving();
    }
    if (begin_to_sweep) {
        begin_sweeping();
    }
    carry_out(orders);
    if (broken) {
        std::rethrow_exception(broken);
    }
}

namespace {

/// Each order is carried out whatever becomes of the others. A call that could not be set on its way, for want of
/// memory say, ends at its deadline.
template <class Orders, class Act>
void for_each(Orders& all, Act&& act) noexcept {
    for (auto& order : all) {
        try {
            act(order);
        } catch (...) {
            // See above.
        }
    }
}

}  // namespace

/// Returns whether the queue has to be set going.
bool pool_core::queue(ledger_orders& orders) noexcept {
    for_each(orders.serve, [this](ledger_orders::serving& order) { to_serve_.push_back(std::move(order)); });
    const bool begin_to_serve = !serving_ && !to_serve_.empty();
    serving_ = serving_ || begin_to_serve;
    return begin_to_serve;
}

void pool_core::begin_serving() noexcept {
    try {
        asio::post(context_executor::of(where_), [self = shared_from_this()] { self->serve_queued(); });
    } catch (...) {
        const std::scoped_lock lock{mutex_};
        serving_ = false;  // the next change begins anew
    }
}

void pool_core::carry_out(ledger_orders& orders) noexcept {
    for_each(orders.open, [&](const connection_ptr& opening) { start(opening, open(shared_from_this(), opening)); });
    for_each(orders.examine, [&](const connection_ptr& idle) { begin_to_examine(idle); });
    for_each(orders.close, [&](const ledger_orders::closing& order) { close(order); });
    for_each(orders.end, [&](std::shared_ptr<call>& order) {
        tell_end(*order);
        call& ended = *order;
        ended.caller.resume_with(call_answer{std::move(order)}, ended.resumption);
    });
}

/// Nobody has a deadline for a connection that is examined, so it must not stay so.
void pool_core::begin_to_examine(const connection_ptr& idle) {
    try {
        asio::dispatch(idle->where.get_inner_executor(), [self = shared_from_this(), idle] { self->examine(idle); });
    } catch (...) {
        work_broke(idle, std::current_exception());
    }
}

void pool_core::start(const connection_ptr& with, awaitable<void> work) {
    asio::co_spawn(with->where, std::move(work), [self = shared_from_this(), with](std::exception_ptr why) {
        if (why) {
            self->work_broke(with, why);
        }
    });
}

void pool_core::close(const ledger_orders::closing& order) {
    if (order.was_busy) {
        cut(order.which);
    }
    if (order.was_open) {
        tell([&](observer& told) { told.connection_closed(order.which->event(), order.reason); });
    }
}

/// Ends what is under way on it. Where nothing is, it closes with its last owner.
void pool_core::cut(const connection_ptr& which) noexcept {
    try {
        asio::post(which->where, [which] { which->io.close(); });
    } catch (...) {
        // Without memory for it: what is under way ends with the peer's patience.
    }
}

void pool_core::tell_end(const call& ended) const noexcept {
    tell([&](observer& told) {
        const auto* answer = std::get_if<http_response>(&ended.came_to);
        request_durations durations = ended.durations;
        durations.total = clock_->steady_now() - ended.started;
        told.request_ended(event_of(ended), answer != nullptr ? answer->status() : 0,
                           std::get_if<failure>(&ended.came_to), durations);
    });
}

void pool_core::begin_sweeping() {
    try {
        asio::post(sweep_timer_->get_executor(), [self = shared_from_this()] { self->arm_sweep(); });
    } catch (...) {
        give_up_sweeping();
    }
}

void pool_core::arm_sweep() {
    try {
        sweep_timer_->expires_after(sweep_interval);
        sweep_timer_->async_wait([core = weak_from_this()](const boost::system::error_code& cancelled) {
            if (const auto self = core.lock(); self && !cancelled) {
                self->sweep();
            }
        });
    } catch (...) {
        give_up_sweeping();
    }
}

/// Without memory for it. The next change begins anew.
void pool_core::give_up_sweeping() {
    const std::scoped_lock lock{mutex_};
    sweeping_ = false;
}

void pool_core::sweep() {
    bool go_on = false;
    try {
        change([&](ledger_orders& orders) {
            go_on = true;  // if this sweep lacks memory, the next one is to make up for it
            ledger_.sweep(clock_->steady_now(), ++sweeps_ % sweeps_between_looks == 0, orders);
            sweeping_ = go_on = ledger_.is_active();
        });
    } catch (const std::bad_alloc&) {
        // See above.
    }
    if (go_on) {
        arm_sweep();
    }
}

pool_statistics pool_core::statistics() const {
    const std::scoped_lock lock{mutex_};
    return ledger_.statistics();
}

void pool_core::close() noexcept {
    try {
        bool was_sweeping = false;
        change([&](ledger_orders& orders) {
            was_sweeping = sweeping_;
            ledger_.shut_down(orders);
        });
        if (was_sweeping) {
            asio::post(sweep_timer_->get_executor(), [core = weak_from_this()] {
                if (const auto self = core.lock()) {
                    self->sweep_timer_->cancel();
                }
            });
        }
    } catch (const std::exception&) {
        // Without memory to tell everybody at once, the deadlines will.
    }
}

void pool_core::abandon() noexcept {
    ledger_orders orders;
    std::optional<asio::steady_timer> timer;
    std::deque<ledger_orders::serving> unserved;
    {
        const std::scoped_lock lock{mutex_};
        abandoned_ = true;
        ledger_.shut_down(orders);
        timer.swap(sweep_timer_);
        unserved.swap(to_serve_);
    }
    for (const std::shared_ptr<call>& ended : orders.end) {
        ended->caller.forget();
    }
}

template <class Event>
void pool_core::tell(Event&& event) const noexcept {
    if (options_.observer) {
        try {
            event(*options_.observer);
        } catch (...) {
            // An observer's failure is its own.
        }
    }
}

awaitable<void> pool_core::open(core_ptr self, connection_ptr with) {
    std::optional<failure> why;
    try {
        co_await with->io.open();
    } catch (const error& thrown) {
        why = thrown.details();
    }
    if (why) {
        self->change([&](ledger_orders& orders) { self->ledger_.opening_failed(*with, std::move(*why), orders); });
        co_return;
    }
    // Told before the ledger knows of it: from then on others may use or close it, and tell of that.
    self->tell([&](observer& told) { told.connection_opened(with->event()); });
    std::optional<close_reason> closed;
    self->change(
        [&](ledger_orders& orders) { closed = self->ledger_.opened(*with, self->clock_->steady_now(), orders); });
    if (closed) {
        self->tell([&](observer& told) { told.connection_closed(with->event(), *closed); });
    }
}

/// What an exchange keeps alive while it is under way. Its connection keeps it for the next one.
struct pool_core::service final : exchange_owner, std::enable_shared_from_this<service> {
    void request_written() noexcept override { order.which->io.forget_request(); }
    void response_begun() noexcept override {
        progress& told = *order.which->told;
        self->options_.observer ? told.answer_began()
                                : told.go_on(phase::receiving);  // when, nobody else wants to know
    }

    void exchange_ended(exchange_result ended) override {
        if (!ended.request_sent) {
            order.client->sent.store(order.sent_before);
        }
        const core_ptr core = std::move(self);
        const connection_ptr served = std::move(order.which);
        order.client.reset();
        served->spare = shared_from_this();
        core->exchanged(served, std::move(ended));
    }

    core_ptr self;
    ledger_orders::serving order;
};

/// Requests are sent together, and not each from within the handler that made it: the code and data of one step stay
/// near, and a peer that fell asleep is woken once for all of them. What one thread sends at once is limited, so that
/// others can help. The first answers are looked for when the last request is sent, and are there, as a rule.
void pool_core::serve_queued() {
    constexpr std::size_t most_at_once = 16;
    boost::container::static_vector<ledger_orders::serving, most_at_once> now;
    bool more = false;
    {
        const std::scoped_lock lock{mutex_};
        while (!to_serve_.empty() && now.size() < most_at_once) {
            if (ledger::begin_to_send(to_serve_.front())) {
                now.push_back(std::move(to_serve_.front()));
            }
            to_serve_.pop_front();
        }
        more = serving_ = !to_serve_.empty();
    }
    if (more) {
        begin_serving();
    }
    boost::container::static_vector<std::shared_ptr<service>, most_at_once> sent;
    for (ledger_orders::serving& order : now) {
        if (auto served = serve(std::move(order))) {
            sent.push_back(std::move(served));
        }
    }
    for (const std::shared_ptr<service>& served : sent) {
        receive(served);
    }
}

/// What is to receive the answer, if there will be one.
std::shared_ptr<pool_core::service> pool_core::serve(ledger_orders::serving order) {
    const connection_ptr with = order.which;
    try {
        return give_up_unfit(order) ? nullptr : exchange(std::move(order));
    } catch (...) {
        work_broke(with, std::current_exception());
        return nullptr;
    }
}

void pool_core::receive(const std::shared_ptr<service>& served) {
    try {
        served->order.which->io.receive(served);
    } catch (...) {
        work_broke(served->order.which, std::current_exception());
    }
}

bool pool_core::give_up_unfit(const ledger_orders::serving& order) {
    connection& with = *order.which;
    const auto reason = with.fresh ? std::nullopt : with.io.unfit();
    if (reason) {
        order.client->sent.store(order.sent_before);
        change([&](ledger_orders& orders) { ledger_.unfit(with, *reason, clock_->steady_now(), orders); });
    }
    return reason.has_value();
}

std::shared_ptr<pool_core::service> pool_core::exchange(ledger_orders::serving order) {
    connection& with = *order.which;
    if (with.served > 0) {
        tell([&](observer& told) { told.connection_reused(with.event()); });
    }
    auto kept = with.spare ? std::static_pointer_cast<service>(std::move(with.spare)) : std::make_shared<service>();
    kept->self = shared_from_this();
    kept->order = std::move(order);
    const call& client = *kept->order.client;
    return with.io.send(client.request, *client.target, kept) ? kept : nullptr;
}

void pool_core::exchanged(const connection_ptr& with, exchange_result ended) {
    if (ended.reusable) {
        with->io.rest();  // before the ledger knows of it: from then on others may use it
    }
    const auto what_happened = [&](ledger_orders& orders) {
        if (!ended.response) {
            ledger_.exchange_failed(*with, std::move(ended), orders);
            return;
        }
        std::optional<close_reason> worn_out;
        if (!ended.reusable) {
            worn_out = ended.bytes_left_over > 0 ? close_reason::unexpected_bytes : close_reason::peer_wish;
        }
        ledger_.answered(*with, std::move(*ended.response), worn_out, clock_->steady_now(), orders);
    };
    try {
        change(what_happened);
    } catch (...) {
        work_broke(with, std::current_exception());
    }
}

void pool_core::examine(const connection_ptr& with) {
    try {
        const auto reason = with->io.unfit();
        change([&](ledger_orders& orders) {
            const auto now = clock_->steady_now();
            reason ? ledger_.unfit(*with, *reason, now, orders) : ledger_.examined(*with, now, orders);
        });
    } catch (...) {
        work_broke(with, std::current_exception());
    }
}

void pool_core::work_broke(const connection_ptr& with, const std::exception_ptr& why) {
    cut(with);
    failure broken;
    broken.code = errc::connection_lost;
    try {
        std::rethrow_exception(why);
    } catch (const std::exception& thrown) {
        broken.detail = printable(thrown.what());
    } catch (...) {
        broken.detail = "an exception of an unknown type";
    }
    change([&](ledger_orders& orders) {
        ledger_.opening_failed(*with, broken, orders);
        exchange_result ended;
        ended.request_sent = true;
        ended.response_begun = true;
        ended.response = broken;
        ledger_.exchange_failed(*with, std::move(ended), orders);
        ledger_.unfit(*with, close_reason::failed, clock_->steady_now(), orders);
    });
}

}  // namespace coauth::http
