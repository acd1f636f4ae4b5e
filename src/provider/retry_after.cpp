#include "provider/retry_after.hpp"

#include "provider/timestamps.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace coauth::provider {
namespace {

using std::chrono::seconds;

constexpr seconds longest{86'400};

}  // namespace

std::optional<seconds> read_retry_after(const http_response& response) noexcept {
    const auto value = response.header("Retry-After");
    if (!value || value->empty()) {
        return std::nullopt;
    }
    if (std::all_of(value->begin(), value->end(), [](char c) { return c >= '0' && c <= '9'; })) {
        std::int64_t count = 0;
        const auto parsed = std::from_chars(value->data(), value->data() + value->size(), count);
        return parsed.ec == std::errc{} ? std::min(seconds{count}, longest) : longest;
    }
    const auto until = parse_http_date(*value);
    const auto from = parse_http_date(response.header("Date").value_or(""));
    if (!until || !from) {
        return std::nullopt;
    }
    // In whole seconds first: the difference of two far dates overflows the clock's nanoseconds.
    const auto wait = std::chrono::floor<seconds>(*until) - std::chrono::floor<seconds>(*from);
    return std::clamp(wait, seconds{0}, longest);
}

}  // namespace coauth::provider
