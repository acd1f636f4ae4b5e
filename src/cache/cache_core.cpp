#include "cache/cache_core.hpp"

#include "cache/cache_failure.hpp"
#include "cache/checked_options.hpp"
#include "core/option_checks.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <bit>
#include <chrono>
#include <span>
#include <utility>

namespace coauth::cache {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

std::uint32_t random_seed(const random_source& from) {
    std::uint32_t seed = 0;
    from.fill(std::span{reinterpret_cast<unsigned char*>(&seed), sizeof seed});
    return seed;
}

/// More shards let more threads in at once; a small cache has one, whose least recently used is everybody's.
std::size_t shard_count(std::size_t max_entries) {
    return std::clamp<std::size_t>(std::bit_floor(max_entries / 1024), 1, 64);
}

/// Of each shard. So many flights may run at once, in all.
std::size_t strand_count(std::size_t shards) {
    return std::max<std::size_t>(64 / shards, 1);
}

failure shutting_down() {
    return cache_failure(errc::shut_down, "token", {}, "the token cache was closed");
}

}  // namespace

cache_core::cache_core(executor where, std::shared_ptr<token_store> store, cache_options options)
    : where_{std::move(where)},
      store_{std::move(store)},
      options_{checked_options(std::move(options), where_)},
      clock_{options_.clock ? options_.clock : system_clock()},
      owner_{random_text(*options_.random, 12)},
      clients_{options_},
      alarm_{std::make_shared<http::alarm>(where_, clock_)} {
    if (!store_) {
        throw error{cache_failure(errc::invalid_argument, "cache", {}, "a token_cache needs a store")};
    }
    const std::size_t count = shard_count(options_.max_entries);
    for (std::size_t each = 0; each < count; ++each) {
        shards_.push_back(std::make_unique<shard>(each, http::shared_strands{where_, strand_count(count)}, options_,
                                                  clients_, (options_.max_entries + count - 1) / count,
                                                  random_seed(*options_.random)));
    }
}

void cache_core::start() {
    http::end_with_context(where_, weak_from_this());
    alarm_->start([weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->sweep();
        }
    });
}

void cache_core::serve(client served) {
    const std::string provider = served.profile().name();
    const std::string client_id = served.client_id();
    clients_.serve(std::move(served));
    for (const auto& each : shards_) {
        change(*each, [&](shard& s, orders&) { s.reconsider(provider, client_id, now()); });
    }
}

void cache_core::check_open() const {
    if (closed_) {
        throw error{shutting_down()};
    }
}

// Deciding, and carrying out.

void cache_core::carry_out(orders& then) {
    for (orders::waking& each : then.wake) {
        each.who->resume(std::move(each.with));
    }
    for (orders::report& each : then.tell_author) {
        each.who->author->resume({}, std::move(each.why));
    }
    for (cache_event& each : then.tell) {
        asio::post(options_.event_executor,
                   [self = shared_from_this(), told = std::move(each)] { self->options_.on_event(told); });
    }
    for (const orders::step& each : then.steps) {
        carry_out(each);
    }
    for (const orders::leaving& each : then.leave) {
        leave_gate(each);
    }
}

void cache_core::carry_out(const orders::step& one) {
    const flight_ptr& who = one.who;
    switch (one.what) {
        case orders::task::begin:
            return begin(who);
        case orders::task::promote:
            return who->served->gate->promote(who);
        case orders::task::erase:
            return run(who, erase_again, nullptr);
        case orders::task::give_back:
            return run(who, give_lease_back, nullptr);
        case orders::task::cut:
            return asio::post(who->strand, [who] {
                who->give_up_reading.emit(asio::cancellation_type::terminal);
                who->give_up_writing.emit(asio::cancellation_type::terminal);
            });
    }
}

void cache_core::begin(const flight_ptr& which) {
    switch (which->at) {
        case flight::stage::queued:
            return enter_gate(which);
        case flight::stage::loading:
            return run(which, load, &which->give_up_reading);
        case flight::stage::consulting:
            return run(which, consult, &which->give_up_reading);
        case flight::stage::asking:
            return run(which, ask, nullptr);
        case flight::stage::settling:
            return run(which, settle, &which->give_up_writing);
        case flight::stage::committing:
            return run(which, commit, &which->give_up_writing);
    }
}

void cache_core::enter_gate(const flight_ptr& which) {
    switch (which->served->gate->enter(which, which->awaited, clock_->steady_now())) {
        case provider_gate::passage::free:
            return change(*shards_[which->shard], [&](shard& s, orders& then) { s.let_in(which, now(), then); });
        case provider_gate::passage::closed:
            return turn_away(which);
        case provider_gate::passage::queued:
            return;
    }
}

void cache_core::turn_away(const flight_ptr& which) {
    failure why = closed_ ? shutting_down() : which->served->gate->refusal(clock_->steady_now());
    change(*shards_[which->shard], [&](shard& s, orders& then) { s.turned_away(which, std::move(why), now(), then); });
}

void cache_core::leave_gate(const orders::leaving& which) {
    const auto next = which.who->served->gate->leave(which.who, which.how, which.retry_after, clock_->steady_now());
    // Posted: one that is let in may leave at once and let in the next, and so on.
    for (const flight_ptr& each : next.free) {
        asio::post(where_, [self = shared_from_this(), each] {
            self->change(*self->shards_[each->shard],
                         [&](shard& s, orders& then) { s.let_in(each, self->now(), then); });
        });
    }
    for (const flight_ptr& each : next.closed) {
        asio::post(where_, [self = shared_from_this(), each] { self->turn_away(each); });
    }
}

// Callers.

token_key cache_core::completed(const token_key& key) const {
    key_view view = view_of(key);
    if (!clients_.complete(view)) {
        throw error{clients_.incomplete(key)};
    }
    return key.client_id().empty() ? key.with_client_id(std::string{view.client_id}) : key;
}

token_ptr cache_core::at_hand(const token_key& key) {
    key_view view = view_of(key);
    if (!clients_.complete(view)) {
        return nullptr;
    }
    const shard::hashed_key hashed{view, hash_of(view)};
    shard& where = shard_of(hashed.hash);
    shard::at_hand found = where.look_up(hashed, clock_->steady_now());
    if (found.due) {
        change(where, [&](shard& s, orders& then) { s.nudge(view, now(), then); });
    }
    return std::move(found.token);
}

token_ptr cache_core::peek(const token_key& key) const {
    key_view view = view_of(key);
    if (!clients_.complete(view)) {
        return nullptr;
    }
    const shard::hashed_key hashed{view, hash_of(view)};
    return shard_of(hashed.hash).peek(hashed, clock_->steady_now());
}

void cache_core::wait(const token_key& key, until what, std::chrono::milliseconds limit, const executor& home,
                      waiter::completion handler) {
    const auto who = std::make_shared<waiter>(home, std::move(handler));
    shard& where = shard_of(hash_of(view_of(key)));
    who->on_cancellation([weak = weak_from_this(), late = std::weak_ptr{who}, &where] {
        const auto self = weak.lock();
        const auto given_up = late.lock();
        if (self && given_up) {
            self->change(where, [&](shard& s, orders& then) { s.cancel(given_up, then); });
        }
    });
    const clock::steady_time deadline = clock_->steady_now() + std::clamp(limit, 0ms, longest_duration);
    change(where, [&](shard& s, orders& then) {
        if (closed_) {
            then.wake.push_back({who, shutting_down()});
        } else if (what == until::token) {
            s.ask(key, who, deadline, now(), then);
        } else {
            s.join(key, what, who, deadline, then);
        }
    });
}

bool cache_core::under_way(const token_key& key, until what) {
    shard& where = shard_of(hash_of(view_of(key)));
    const std::scoped_lock lock{where.mutex()};
    return where.under_way(view_of(key), what);
}

std::uint64_t cache_core::version_of(const token_key& key) {
    shard& where = shard_of(hash_of(view_of(key)));
    const std::scoped_lock lock{where.mutex()};
    return where.version(view_of(key));
}

erasure cache_core::forget(const token_key& key, std::uint64_t since) {
    erasure done;
    change(key, [&](shard& s, orders& then) {
        done = s.erase(view_of(key), since, then);
        erasures_ += done.done ? 1 : 0;
    });
    return done;
}

void cache_core::put(const token_key& key, token_ptr fresh, std::shared_ptr<bystander<std::optional<failure>>> author) {
    change(key, [&](shard& s, orders& then) { s.put(key, std::move(fresh), std::move(author), now(), then); });
}

void cache_core::invalidate(const token_key& key, const token_ptr& refused, bool distrust) {
    change(key, [&](shard& s, orders& then) { s.invalidate(view_of(key), refused, distrust, now(), then); });
}

token_ptr cache_core::held(const token_key& key) {
    shard& where = shard_of(hash_of(view_of(key)));
    const std::scoped_lock lock{where.mutex()};
    return where.held(view_of(key));
}

void cache_core::sweep() {
    const moment at = now();
    for (const auto& each : shards_) {
        bool all = false;
        while (!all) {
            change(*each, [&](shard& s, orders& then) { all = s.sweep(at, then); });
        }
    }
    wake_closers(true);
}

// The end.

void cache_core::close() noexcept {
    if (closed_.exchange(true)) {
        return;
    }
    for (const auto& each : shards_) {
        change(*each, [&](shard& s, orders& then) { s.close(shutting_down(), now(), then); });
    }
    for (const auto& gate : clients_.gates()) {
        for (const flight_ptr& each : gate->dismiss()) {
            turn_away(each);
        }
    }
}

void cache_core::abandon() noexcept {
    closed_ = still_ = true;
    std::vector<waiter_ptr> callers;
    std::vector<flight_ptr> flights;
    for (const auto& each : shards_) {
        const std::scoped_lock lock{each->mutex()};
        each->abandon(callers, flights);
    }
    for (const auto& gate : clients_.gates()) {
        gate->forget();
    }
    const auto& dying = asio::query(where_, asio::execution::context);
    {
        const std::scoped_lock lock{closers_mutex_};
        callers.insert(callers.end(), closers_.begin(), closers_.end());
        closers_.clear();
    }
    for (const waiter_ptr& each : callers) {
        if (each->outlives(dying)) {
            each->resume(shutting_down());
        }
    }
    alarm_->end();
    where_ = {};
    options_.event_executor = {};
}

void cache_core::when_still(const executor& home, waiter::completion handler) {
    {
        const std::scoped_lock lock{closers_mutex_};
        closers_.push_back(std::make_shared<waiter>(home, std::move(handler)));
        close_by_ = std::min(close_by_, clock_->steady_now() + options_.refresh_timeout + 2 * options_.store_timeout);
    }
    alarm_->note(close_by_);
    wake_closers(false);
}

void cache_core::landed() {
    if (under_way_.fetch_sub(1) == 1 && closed_) {
        wake_closers(false);
    }
}

void cache_core::wake_closers(bool late) {
    std::vector<waiter_ptr> woken;
    {
        const std::scoped_lock lock{closers_mutex_};
        if (still_ || under_way_ == 0 || (late && clock_->steady_now() >= close_by_)) {
            woken.swap(closers_);
            still_ = still_ || !woken.empty();
        } else if (!closers_.empty()) {
            alarm_->note(close_by_);
        }
    }
    for (const waiter_ptr& each : woken) {
        each->resume(token_ptr{});
    }
    if (!woken.empty()) {
        alarm_->rest();
    }
}

std::size_t cache_core::unsaved() const {
    std::size_t total = 0;
    for (const auto& each : shards_) {
        const std::scoped_lock lock{each->mutex()};
        total += each->unsaved();
    }
    return total;
}

cache_statistics cache_core::statistics() const {
    cache_statistics total;
    for (const auto& each : shards_) {
        const std::scoped_lock lock{each->mutex()};
        each->count_into(total);
    }
    for (const auto& gate : clients_.gates()) {
        total.refreshing += gate->under_way();
        total.queued += gate->queued();
    }
    return total;
}

}  // namespace coauth::cache
