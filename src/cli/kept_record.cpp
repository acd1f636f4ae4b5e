#include "cli/kept_record.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

namespace coauth::cli {
namespace {

namespace json = boost::json;

constexpr auto hidden = "(hidden)";

bool is_refreshable(const token& kept, clock::wall_time now) {
    return kept.refresh_token && !(kept.refresh_expires_at && *kept.refresh_expires_at <= now);
}

std::string_view state_of(const store_page::item& of, clock::wall_time now) {
    if (!of.record) {
        return "unreadable";
    }
    if (of.record->refused) {
        return "refused";
    }
    return of.record->value.expired(now) ? "expired" : "valid";
}

/// "in 59 min", "3 days ago".
std::string distance(clock::wall_time to, clock::wall_time now) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(to - now).count();
    const auto apart = std::abs(seconds);
    constexpr std::int64_t minute = 60;
    constexpr std::int64_t hour = 60 * minute;
    constexpr std::int64_t day = 24 * hour;
    const std::string amount = apart < 2 * minute ? std::to_string(apart) + " s"
                               : apart < 2 * hour ? std::to_string(apart / minute) + " min"
                               : apart < 2 * day  ? std::to_string(apart / hour) + " h"
                                                  : std::to_string(apart / day) + " days";
    return seconds < 0 ? amount + " ago" : "in " + amount;
}

using row = std::array<std::string, 8>;
constexpr std::array headings{"PROVIDER", "ACCOUNT", "CLIENT", "SCOPE", "RESOURCE", "EXPIRES", "REFRESH", "STATE"};
static_assert(headings.size() == std::tuple_size_v<row>);

row row_of(const store_page::item& of, clock::wall_time now) {
    std::string expires;
    std::string refresh;
    std::string state(state_of(of, now));
    if (of.record) {
        const token& kept = of.record->value;
        expires = kept.expires_at ? distance(*kept.expires_at, now) : "never said";
        refresh = is_refreshable(kept, now) ? "yes" : "no";
    }
    if (of.record && of.record->refused) {
        state.append(": ").append(name_of(*of.record->refused));
    }
    if (of.unreadable) {
        state += ": " + of.unreadable->message();
    }
    return {printable(of.key.provider()),
            printable(of.key.account()),
            printable(of.key.client_id()),
            printable(of.key.scope()),
            printable(of.key.resource()),
            expires,
            refresh,
            state};
}

/// How many columns of a terminal it takes: one for each character, as near as that comes.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char each) { return (each & 0xc0) != 0x80; }));
}

}  // namespace

json::object to_json(const token_key& key) {
    json::object out;
    const auto add = [&out](std::string_view name, const std::string& value) {
        if (!value.empty()) {
            out[name] = value;
        }
    };
    add("provider", key.provider());
    add("account", key.account());
    add("client_id", key.client_id());
    add("scope", key.scope());
    add("resource", key.resource());
    return out;
}

json::object to_json(const token& kept, bool revealed) {
    if (revealed) {
        return reveal(kept);
    }
    token shown = kept;
    shown.access_token = secret(hidden);
    if (shown.refresh_token) {
        shown.refresh_token = secret(hidden);
    }
    for (json::key_value_pair& each : shown.extra) {
        each.value() = hidden;
    }
    return reveal(shown);
}

json::object summary(const store_page::item& of, clock::wall_time now) {
    json::object out = to_json(of.key);
    out["state"] = state_of(of, now);
    if (of.unreadable) {
        out["failure"] = of.unreadable->message();
        return out;
    }
    const token_record& record = *of.record;
    if (record.refused) {
        out["refused"] = name_of(*record.refused);
    }
    if (record.value.expires_at) {
        out["expires_at"] =
            std::chrono::duration_cast<std::chrono::seconds>(record.value.expires_at->time_since_epoch()).count();
    }
    out["refreshable"] = is_refreshable(record.value, now);
    return out;
}

std::string table(const std::vector<store_page::item>& of, clock::wall_time now) {
    std::vector<row> rows;
    std::array<std::size_t, headings.size()> widths{};
    for (const store_page::item& each : of) {
        rows.push_back(row_of(each, now));
        for (std::size_t column = 0; column < headings.size(); ++column) {
            widths[column] = std::max(widths[column], width_of(rows.back()[column]));
        }
    }
    row heading;
    std::copy(headings.begin(), headings.end(), heading.begin());
    rows.insert(rows.begin(), heading);

    std::string text;
    for (const row& each : rows) {
        for (std::size_t column = 0; column + 1 < headings.size(); ++column) {
            if (widths[column] != 0 || of.empty()) {
                const std::size_t width = std::max(widths[column], std::string_view(headings[column]).size());
                text.append(each[column]).append(width + 2 - width_of(each[column]), ' ');
            }
        }
        text.append(each.back()).append("\n");
    }
    return text;
}

}  // namespace coauth::cli
