#include "provider/expiry.hpp"

#include "provider/timestamps.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace coauth::provider {
namespace {

using wall_time = clock::wall_time;
using std::chrono::milliseconds;

// A hundred years: longer lifetimes are mistakes, and no sum of one and today overflows the clock.
constexpr double greatest_lifetime_ms = 100.0 * 365.25 * 86'400'000.0;
// The year 2200, within what a clock of nanoseconds can hold.
constexpr double greatest_unix_ms = 7'258'118'400'000.0;

/// A number, or a text that is one; nothing where it is neither, or not finite.
std::optional<double> number_in(const reply_value& value) {
    if (const auto* number = value.get_if<std::int64_t>()) {
        return static_cast<double>(*number);
    }
    if (const auto* number = value.get_if<std::uint64_t>()) {
        return static_cast<double>(*number);
    }
    if (const auto* number = value.get_if<double>()) {
        return std::isfinite(*number) ? std::optional(*number) : std::nullopt;
    }
    if (const auto* text = value.get_if<std::string_view>()) {
        double number = 0;
        const auto* end = text->data() + text->size();
        const auto [stopped, error] = std::from_chars(text->data(), end, number);
        if (error == std::errc{} && stopped == end && std::isfinite(number)) {
            return number;
        }
    }
    return std::nullopt;
}

struct reading {
    enum class outcome { end, zero, negative, nonsense };
    outcome what = outcome::nonsense;
    wall_time end{};
};

reading since(wall_time start, double number_ms, double greatest_ms) {
    if (!(number_ms <= greatest_ms)) {
        return {};
    }
    if (number_ms < 1) {
        return {.what = number_ms < 0 ? reading::outcome::negative : reading::outcome::zero};
    }
    return {.what = reading::outcome::end, .end = start + milliseconds{static_cast<milliseconds::rep>(number_ms)}};
}

reading read_one(expiry_kind kind, const reply_value& value, const arrival& received) {
    if (kind == expiry_kind::iso8601) {
        const auto* text = value.get_if<std::string_view>();
        const auto time = text ? parse_iso8601(*text) : std::nullopt;
        return time ? reading{.what = reading::outcome::end, .end = *time + received.ahead()} : reading{};
    }
    const auto number = number_in(value);
    if (!number) {
        return {};
    }
    const auto epoch = [&] { return wall_time{} + received.ahead(); };
    switch (kind) {
        case expiry_kind::seconds:
            return since(received.at, *number * 1000, greatest_lifetime_ms);
        case expiry_kind::milliseconds:
            return since(received.at, *number, greatest_lifetime_ms);
        case expiry_kind::unix_seconds:
            return since(epoch(), *number * 1000, greatest_unix_ms);
        default:
            return since(epoch(), *number, greatest_unix_ms);
    }
}

}  // namespace

std::optional<wall_time> read_expiry(const std::vector<expiry_rule>& rules, zero_expiry zero,
                                     std::optional<std::chrono::seconds> default_lifetime, const reply_value& from,
                                     const arrival& received, std::vector<std::string>& warnings) {
    wall_time start = received.at;
    for (const auto& rule : rules) {
        const auto value = rule.at.find_in(from);
        if (!value) {
            continue;
        }
        const reading found = read_one(rule.kind, value, received);
        if (found.what == reading::outcome::nonsense) {
            warnings.push_back(std::string(rule.at.name()) + " is not an expiry that can be read");
        } else if (rule.kind == expiry_kind::issued_at_milliseconds) {
            start = found.what == reading::outcome::end ? found.end : start;
        } else if (found.what == reading::outcome::end) {
            return found.end;
        } else {
            if (found.what == reading::outcome::negative && zero == zero_expiry::expired) {
                warnings.push_back(std::string(rule.at.name()) + " is negative");
            }
            return zero == zero_expiry::never ? std::nullopt : std::optional(received.at);
        }
    }
    return default_lifetime ? std::optional(start + *default_lifetime) : std::nullopt;
}

}  // namespace coauth::provider
