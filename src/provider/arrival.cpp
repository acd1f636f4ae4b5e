#include "provider/arrival.hpp"

#include "provider/timestamps.hpp"

namespace coauth::provider {

arrival arrival_of(const http_response& response, clock::wall_time received_at) noexcept {
    using std::chrono::seconds;
    constexpr seconds greatest_difference = std::chrono::days{1};
    const auto date = parse_http_date(response.header("Date").value_or(""));
    if (!date) {
        return {.at = received_at};
    }
    // In whole seconds, as a Date is: clocks that agree shift nothing.
    const seconds ahead = std::chrono::floor<seconds>(received_at) - std::chrono::floor<seconds>(*date);
    return {.at = received_at, .ahead = std::chrono::abs(ahead) <= greatest_difference ? ahead : seconds{0}};
}

}  // namespace coauth::provider
