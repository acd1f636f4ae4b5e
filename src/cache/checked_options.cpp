#include "cache/checked_options.hpp"

#include <coauth/core/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

namespace coauth::cache {
namespace {

[[noreturn]] void refuse(std::string detail) {
    failure why;
    why.code = errc::invalid_argument;
    why.step = "cache";
    why.detail = std::move(detail);
    throw error{std::move(why)};
}

template <class Duration>
void check_duration(Duration& value, const char* name) {
    if (value <= Duration::zero()) {
        refuse(std::string{"cache_options::"} + name + " has to be longer than nothing");
    }
    value = std::min(value, std::chrono::duration_cast<Duration>(longest_duration));
}

void check_range(std::size_t value, std::size_t least, std::size_t most, const char* name) {
    if (value < least || value > most) {
        refuse(std::string{"cache_options::"} + name + " has to be " + std::to_string(least) + " to " +
               std::to_string(most));
    }
}

}  // namespace

cache_options checked_options(cache_options options, const executor& where) {
    check_range(options.refresh_ahead, 1, 90, "refresh_ahead");
    check_range(options.jitter, 0, 100, "jitter");
    check_range(options.max_refreshes_per_provider, 1, 1'000'000, "max_refreshes_per_provider");
    check_range(options.max_entries, 1, 1'000'000'000, "max_entries");
    check_duration(options.least_ahead, "least_ahead");
    check_duration(options.most_ahead, "most_ahead");
    check_duration(options.expiring_threshold, "expiring_threshold");
    check_duration(options.get_timeout, "get_timeout");
    check_duration(options.refresh_timeout, "refresh_timeout");
    check_duration(options.store_timeout, "store_timeout");
    check_duration(options.lease_time, "lease_time");
    check_duration(options.first_pause, "first_pause");
    check_duration(options.greatest_pause, "greatest_pause");
    check_duration(options.circuit_pause, "circuit_pause");
    check_duration(options.load_window, "load_window");
    if (options.least_ahead > options.most_ahead) {
        refuse("cache_options::least_ahead is longer than most_ahead");
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
