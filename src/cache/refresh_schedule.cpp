#include "cache/refresh_schedule.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace coauth::cache {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

// A hundred years: beyond that no sum of times is safe, and no token lives so long.
constexpr seconds longest{100LL * 366 * 86'400};

/// So that it can be subtracted from: no token is of another time than these four centuries.
clock::wall_time bounded(clock::wall_time time) {
    const clock::wall_time epoch{};
    return std::clamp(time, epoch - longest, epoch + 2 * longest);
}

clock::steady_time after(clock::steady_time start, clock::wall_time::duration by) {
    return start + std::clamp<clock::wall_time::duration>(by, -longest, longest);
}

/// On the steady clock; now, if the provider's or our own clock says that it is yet to come.
clock::steady_time issued_at(const token& what, moment now) {
    return after(now.steady, std::min(bounded(what.issued_at.value_or(now.wall)), now.wall) - now.wall);
}

/// What the provider says of when to refresh, counted from when it issued the token.
std::optional<milliseconds> refresh_in(const token& what) {
    const boost::json::value* said = what.extra.if_contains("refresh_in");
    boost::system::error_code not_a_number;
    const auto number = said != nullptr ? said->to_number<std::int64_t>(not_a_number) : 0;
    if (not_a_number || number <= 0 || number > longest.count()) {
        return std::nullopt;
    }
    return seconds{number};
}

milliseconds scaled(milliseconds what, double by) {
    return milliseconds{static_cast<milliseconds::rep>(static_cast<double>(what.count()) * by)};
}

}  // namespace

token_schedule schedule_of(const token& what, const schedule_rules& rules, const cache_options& options, moment now,
                           double chance) {
    token_schedule out;
    const clock::steady_time issued = issued_at(what, now);
    auto said = refresh_in(what);
    if (what.expires_at) {
        out.expires_at = after(now.steady, bounded(*what.expires_at) - now.wall);
    }
    if (!rules.can_refresh || (!what.expires_at && !said)) {
        return out;
    }
    const double share = static_cast<double>(options.jitter) / 100;
    if (!what.expires_at) {
        out.stale_at = issued + *said;
    } else {
        const auto lifetime = std::chrono::duration_cast<milliseconds>(out.expires_at - issued);
        auto window = std::clamp<milliseconds>(scaled(lifetime, static_cast<double>(options.refresh_ahead) / 100),
                                               options.least_ahead, options.most_ahead);
        said = said && *said < lifetime ? said : std::nullopt;
        window = said ? lifetime - *said : window;
        window = std::min(window, said ? lifetime : lifetime / 2);
        // A window that the provider set is not left: there the refresh begins later by chance, else earlier.
        const auto by_chance = scaled(window, share * chance);
        out.stale_at = out.expires_at - window + (said ? by_chance : -std::min(by_chance, lifetime / 4));
    }
    // However short a token lives, it is not refreshed more often than each second unless somebody asks.
    out.stale_at = std::max({out.stale_at, earliest_refresh(what, rules, now), issued + 1s});
    return out;
}

clock::steady_time earliest_refresh(const token& what, const schedule_rules& rules, moment now) {
    if (!rules.least_refresh_interval) {
        return clock::steady_time::min();
    }
    return issued_at(what, now) + std::clamp(*rules.least_refresh_interval, 0s, longest);
}

milliseconds pause_after(unsigned failures, milliseconds first, milliseconds greatest, double chance) {
    milliseconds pause = first;
    for (unsigned each = 1; each < failures && pause < greatest; ++each) {
        pause *= 2;
    }
    pause = std::min(pause, greatest);
    return std::max<milliseconds>(pause - scaled(pause, chance / 2), 1ms);
}

}  // namespace coauth::cache
