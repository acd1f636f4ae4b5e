#include "provider/timestamps.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace coauth::provider {
namespace {

using namespace std::chrono;

/// Takes a text apart from its front; once something does not fit, nothing fits any more.
class scanner {
public:
    explicit scanner(std::string_view text) noexcept : rest_(text) {}

    /// Exactly `digits` digits.
    int number(std::size_t digits) noexcept {
        int value = 0;
        for (std::size_t i = 0; i != digits; ++i) {
            if (i >= rest_.size() || rest_[i] < '0' || rest_[i] > '9') {
                fits_ = false;
                return 0;
            }
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(digits);
        return value;
    }

    bool one_of(std::string_view characters) noexcept {
        if (rest_.empty() || characters.find(rest_.front()) == characters.npos) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    void expect(std::string_view text) noexcept {
        fits_ = fits_ && rest_.starts_with(text);
        rest_.remove_prefix(fits_ ? text.size() : 0);
    }
    void expect_one_of(std::string_view characters) noexcept { fits_ = one_of(characters) && fits_; }

    /// The position of the word that comes next, from 1.
    template <std::size_t N>
    unsigned word(const std::array<std::string_view, N>& words) noexcept {
        const auto found =
            std::find_if(words.begin(), words.end(), [&](std::string_view each) { return rest_.starts_with(each); });
        if (found == words.end()) {
            fits_ = false;
            return 0;
        }
        rest_.remove_prefix(found->size());
        return static_cast<unsigned>(found - words.begin()) + 1;
    }

    /// The milliseconds of a fraction's digits.
    milliseconds fraction() noexcept {
        int value = 0;
        int scale = 100;
        fits_ = fits_ && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
            value += scale * (rest_.front() - '0');
            scale /= 10;
            rest_.remove_prefix(1);
        }
        return milliseconds{value};
    }

    [[nodiscard]] bool fits() const noexcept { return fits_; }
    [[nodiscard]] bool done() const noexcept { return fits_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool fits_ = true;
};

/// The years are those that a clock of nanoseconds can hold.
std::optional<clock::wall_time> at(int its_year, unsigned its_month, int its_day, int hour, int minute,
                                   int second) noexcept {
    const year_month_day date{year{its_year}, month{its_month}, day{static_cast<unsigned>(its_day)}};
    if (!date.ok() || its_year < 1700 || its_year > 2200 || hour > 23 || minute > 59 || second > 60) {
        return std::nullopt;
    }
    return clock::wall_time{sys_days{date} + hours{hour} + minutes{minute} + seconds{second}};
}

}  // namespace

std::optional<clock::wall_time> parse_iso8601(std::string_view text) noexcept {
    scanner in{text};
    const int its_year = in.number(4);
    in.expect("-");
    const auto its_month = static_cast<unsigned>(in.number(2));
    in.expect("-");
    const int its_day = in.number(2);
    in.expect_one_of("Tt ");
    const int hour = in.number(2);
    in.expect(":");
    const int minute = in.number(2);
    in.expect(":");
    const int second = in.number(2);
    const milliseconds fraction = in.fits() && in.one_of(".,") ? in.fraction() : milliseconds{0};
    minutes offset{0};
    if (const bool ahead = in.one_of("+"); ahead || in.one_of("-")) {
        offset = hours{in.number(2)};
        in.one_of(":");
        offset += minutes{in.number(2)};
        offset = ahead ? offset : -offset;
    } else {
        in.one_of("Zz");
    }
    if (!in.done()) {
        return std::nullopt;
    }
    const auto time = at(its_year, its_month, its_day, hour, minute, second);
    return time ? std::optional(*time + fraction - offset) : std::nullopt;
}

std::optional<clock::wall_time> parse_http_date(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 7> days{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    scanner in{text};
    in.word(days);
    in.expect(", ");
    const int its_day = in.number(2);
    in.expect(" ");
    const unsigned its_month = in.word(months);
    in.expect(" ");
    const int its_year = in.number(4);
    in.expect(" ");
    const int hour = in.number(2);
    in.expect(":");
    const int minute = in.number(2);
    in.expect(":");
    const int second = in.number(2);
    in.expect(" GMT");
    return in.done() ? at(its_year, its_month, its_day, hour, minute, second) : std::nullopt;
}

}  // namespace coauth::provider
