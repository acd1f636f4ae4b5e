#include "provider/arrival.hpp"

#include "provider/timestamps.hpp"

namespace coauth::provider {

std::chrono::seconds arrival::ahead() const noexcept {
    using std::chrono::seconds;
    constexpr seconds greatest_difference = std::chrono::days{1};
    const auto theirs = parse_http_date(date);
    if (!theirs) {
        return seconds{0};
    }
    // In whole seconds, as a Date is: clocks that agree shift nothing.
    const seconds difference = std::chrono::floor<seconds>(at) - std::chrono::floor<seconds>(*theirs);
    return std::chrono::abs(difference) <= greatest_difference ? difference : seconds{0};
}

}  // namespace coauth::provider
