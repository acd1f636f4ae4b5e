#pragma once

#include <coauth/core/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

namespace coauth {

/// A year: no sum of times overflows.
inline constexpr std::chrono::milliseconds longest_duration = std::chrono::hours{24 * 366};

/// Refuses options that make no sense: throws `coauth::error` with `errc::invalid_argument`, which names the option.
class option_checks {
public:
    /// `options`: the name of their type; `step`: of the failure.
    explicit option_checks(std::string options, std::string step = {})
        : options_{std::move(options)}, step_{std::move(step)} {}

    [[noreturn]] void refuse(const std::string& name, const std::string& why) const {
        failure what;
        what.code = errc::invalid_argument;
        what.step = step_;
        what.detail = options_ + "::" + name + " " + why;
        throw error{std::move(what)};
    }

    /// Shortens it to `longest_duration`.
    template <class Duration>
    void duration(Duration& value, const std::string& name) const {
        if (value <= Duration::zero()) {
            refuse(name, "has to be longer than nothing");
        }
        value = std::min(value, std::chrono::duration_cast<Duration>(longest_duration));
    }

    void range(std::size_t value, std::size_t least, std::size_t most, const std::string& name) const {
        if (value < least || value > most) {
            refuse(name, "has to be " + std::to_string(least) + " to " + std::to_string(most));
        }
    }

private:
    const std::string options_;
    const std::string step_;
};

}  // namespace coauth
