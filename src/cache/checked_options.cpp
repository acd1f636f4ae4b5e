#include "cache/checked_options.hpp"

#include "core/option_checks.hpp"

#include <algorithm>

namespace coauth::cache {

cache_options checked_options(cache_options options, const executor& where) {
    const option_checks check{"cache_options", "cache"};
    check.range(options.refresh_ahead, 1, 90, "refresh_ahead");
    check.range(options.jitter, 0, 100, "jitter");
    check.range(options.max_refreshes_per_provider, 1, 1'000'000, "max_refreshes_per_provider");
    check.range(options.max_entries, 1, 1'000'000'000, "max_entries");
    check.duration(options.least_ahead, "least_ahead");
    check.duration(options.most_ahead, "most_ahead");
    check.duration(options.expiring_threshold, "expiring_threshold");
    check.duration(options.get_timeout, "get_timeout");
    check.duration(options.refresh_timeout, "refresh_timeout");
    check.duration(options.store_timeout, "store_timeout");
    check.duration(options.lease_time, "lease_time");
    check.duration(options.first_pause, "first_pause");
    check.duration(options.greatest_pause, "greatest_pause");
    check.duration(options.circuit_pause, "circuit_pause");
    check.duration(options.load_window, "load_window");
    if (options.least_ahead > options.most_ahead) {
        check.refuse("least_ahead", "is longer than most_ahead");
    }
    options.greatest_pause = std::max(options.greatest_pause, options.first_pause);
    options.lease_time = std::max(options.lease_time, options.refresh_timeout + 2 * options.store_timeout);
    if (!options.event_executor) {
        options.event_executor = where;
    }
    if (!options.random) {
        options.random = system_random();
    }
    return options;
}

}  // namespace coauth::cache
