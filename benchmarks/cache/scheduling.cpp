// What the shards decide, without stores, providers and coroutines: a day of a million tokens on a clock that is
// turned.
#include "benchmarks/figures.hpp"
#include "benchmarks/running.hpp"
#include "cache/cache_core.hpp"
#include "sections.hpp"
#include "surroundings.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace coauth::bench {
namespace {

using namespace std::chrono_literals;
using cache::flight;
using cache::flight_ptr;
using cache::moment;
using cache::orders;
using cache::shard;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t shard_count = 64;
constexpr seconds lifetime = 1h;

/// Shards whose orders are carried out at once, at a store and a provider that agree to everything.
class still_life {
public:
    explicit still_life(bool with_events) : clients_{options_} {
        if (with_events) {
            options_.on_event = [](const cache_event&) {};
        }
        clients_.serve(client_of(provider_));
        for (std::size_t each = 0; each < shard_count; ++each) {
            shards_.push_back(std::make_unique<shard>(each, http::shared_strands{context_.get_executor(), 1}, options_,
                                                      clients_, 1'000'000, static_cast<std::uint32_t>(each + 1)));
        }
        said_.leased = true;
        said_.stored.emplace();
        said_.stored->version = 1;
    }

    void add(std::size_t number) {
        const token_key key{"hike", "web", account(number)};
        orders then;
        shard& where = *shards_[(hash_of(view_of(key)) >> 32U) % shard_count];
        const std::scoped_lock lock{where.mutex()};
        const stored_token kept{token_record{*token_of_now()}, 1};
        where.take_up(key, kept, 0ms, now_, then);
    }

    void turn(std::chrono::nanoseconds by) {
        now_.steady += std::chrono::duration_cast<clock::steady_time::duration>(by);
        now_.wall += std::chrono::duration_cast<clock::wall_time::duration>(by);
        of_now_.reset();
    }

    void sweep() {
        for (const auto& each : shards_) {
            bool all = each->next_due() > now_.steady;
            while (!all) {
                change(*each, [&](shard& s, orders& then) { all = s.sweep(now_, then); });
                carry_out();
            }
        }
    }

    std::size_t refreshes = 0;
    std::size_t expired = 0;
    std::size_t other_events = 0;
    std::chrono::nanoseconds youngest = lifetime;
    std::chrono::nanoseconds oldest{0};

private:
    const token_ptr& token_of_now() {
        if (!of_now_) {
            of_now_ = std::make_shared<const token>(issued(now_.wall, 40, lifetime));
        }
        return of_now_;
    }

    template <class Change>
    void change(shard& where, Change&& what_happened) {
        orders then;
        {
            const std::scoped_lock lock{where.mutex()};
            what_happened(where, then);
        }
        for (orders::step& each : then.steps) {
            begun_.push_back(std::move(each.who));  // nothing else is to be done where all agree
        }
        for (const cache_event& each : then.tell) {
            expired += each.what == cache_event_kind::expired ? 1 : 0;
            other_events += each.what != cache_event_kind::expired && each.what != cache_event_kind::refreshed ? 1 : 0;
        }
        for (orders::leaving& each : then.leave) {
            auto next = each.who->served->gate->leave(each.who, each.how, each.retry_after, now_.steady);
            for (flight_ptr& one : next.free) {
                freed_.push_back(std::move(one));
            }
        }
    }

    void carry_out() {
        while (!begun_.empty() || !freed_.empty()) {
            if (!freed_.empty()) {
                const flight_ptr next = std::move(freed_.back());
                freed_.pop_back();
                change(*shards_[next->shard], [&](shard& s, orders& then) { s.let_in(next, now_, then); });
                continue;
            }
            const flight_ptr next = std::move(begun_.back());
            begun_.pop_back();
            carry_on(next, *shards_[next->shard]);
        }
    }

    void carry_on(const flight_ptr& which, shard& where) {
        switch (which->at) {
            case flight::stage::queued:
                if (which->served->gate->enter(which, false, now_.steady) == cache::provider_gate::passage::free) {
                    change(where, [&](shard& s, orders& then) { s.let_in(which, now_, then); });
                }
                return;
            case flight::stage::consulting:
                return change(where, [&](shard& s, orders& then) { s.consulted(which, said_, now_, then); });
            case flight::stage::asking: {
                const auto age = now_.wall - *which->from->issued_at;
                youngest = std::min<std::chrono::nanoseconds>(youngest, age);
                oldest = std::max<std::chrono::nanoseconds>(oldest, age);
                ++refreshes;
                return change(where, [&](shard& s, orders& then) { s.answered(which, token_of_now(), now_, then); });
            }
            default:
                return change(where, [&](shard& s, orders& then) {
                    s.committed(which, cache::commit_outcome{1, std::nullopt}, now_, then);
                });
        }
    }

    cache_options options_{};
    granting_provider provider_;
    cache::clients clients_;
    boost::asio::io_context context_;
    std::vector<std::unique_ptr<shard>> shards_;
    std::vector<flight_ptr> begun_;
    std::vector<flight_ptr> freed_;
    cache::consultation said_;
    moment now_{clock::steady_time{1h}, clock::wall_time{seconds{1'790'000'000}}};
    token_ptr of_now_;
};

/// The greatest difference from the mean, in hundredths of it.
double unevenness(const std::vector<std::size_t>& per_minute, std::size_t from, std::size_t until) {
    double sum = 0;
    for (std::size_t each = from; each < until; ++each) {
        sum += static_cast<double>(per_minute[each]);
    }
    const double mean = sum / static_cast<double>(until - from);
    double greatest = 0;
    for (std::size_t each = from; each < until; ++each) {
        greatest = std::max(greatest, std::abs(static_cast<double>(per_minute[each]) - mean));
    }
    return 100 * greatest / mean;
}

/// A day after logins that are spread over `over`.
void simulate(const std::string& name, std::size_t tokens, seconds over, bool with_goal) {
    constexpr std::size_t day = 25 * 60;
    still_life world{true};
    std::vector<std::size_t> per_minute(day, 0);
    std::size_t logins = 0;
    for (std::size_t second = 0; second < day * 60; ++second) {
        const auto due = over.count() == 0
                             ? tokens
                             : std::min(tokens, tokens * (second + 1) / static_cast<std::size_t>(over.count()));
        for (; logins < due; ++logins) {
            world.add(logins);
        }
        const std::size_t before = world.refreshes;
        world.sweep();
        per_minute[second / 60] += world.refreshes - before;
        world.turn(1s);
    }
    const cache_options options;
    const auto seconds_of = [](std::chrono::nanoseconds what) { return std::chrono::duration<double>(what).count(); };
    told(name + ": refreshes in a day, per token", static_cast<double>(world.refreshes) / static_cast<double>(tokens),
         "");
    exactly(name + ": tokens that expired", 0, world.expired);
    exactly(name + ": other events", 0, world.other_events);
    const double window = seconds_of(lifetime) * options.refresh_ahead / 100;
    at_least(name + ": youngest token that was refreshed", seconds_of(lifetime) - window * (1 + options.jitter / 100.0),
             seconds_of(world.youngest), "s");
    at_most(name + ": oldest token that was refreshed", seconds_of(lifetime) - window + 1, seconds_of(world.oldest),
            "s");
    for (const std::size_t hour : {2U, 4U, 8U, 12U, 18U, 24U}) {
        told(name + ": greatest difference from even in hour " + std::to_string(hour),
             unevenness(per_minute, hour * 60 - 60, hour * 60), "%");
    }
    const double half_a_day = unevenness(per_minute, day / 2, day);
    const std::string what = name + ": greatest difference from even, minutes of the 2nd half of the day";
    with_goal ? at_most(what, 10, half_a_day, "%") : told(what, half_a_day, "%");
}

/// CPU time of everything that is decided for a refresh. Measured from the second hour on: until then each refresh also
/// gives back the memory of a token that was made for this entry alone.
void cost(std::size_t tokens, bool with_events) {
    still_life world{with_events};
    for (std::size_t each = 0; each < tokens; ++each) {
        world.add(each);
        if (each % (tokens / 2800) == 0) {
            world.turn(1s);
        }
    }
    for (auto passed = 0s; passed < lifetime; passed += 1s) {
        world.turn(1s);
        world.sweep();
    }
    std::vector<double> of_a_refresh;
    for (int part = 0; part < 15; ++part) {
        const std::size_t before = world.refreshes;
        const double began = thread_time();
        for (int each = 0; each < 200; ++each) {
            world.turn(1s);
            world.sweep();
        }
        of_a_refresh.push_back((thread_time() - began) / static_cast<double>(world.refreshes - before) / 1000);
    }
    at_most(with_events ? "scheduling of a refresh, CPU, with an event" : "scheduling of a refresh, CPU", 2,
            median(std::move(of_a_refresh)), "us");
}

}  // namespace

void scheduling(const scale& how_much) {
    const std::size_t tokens = how_much.of(1'000'000, 100'000);
    heading("Scheduling: " + std::to_string(tokens) + " tokens of one hour, decisions alone");
    cost(tokens, false);
    cost(tokens, true);
    simulate("logins over an hour", how_much.of(1'000'000, 20'000), 1h, true);
    simulate("logins at once", how_much.of(1'000'000, 20'000), 0h, false);
}

}  // namespace coauth::bench
