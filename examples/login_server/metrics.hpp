#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace login_server {

/// Names and values of a sample's labels. The values are chosen by the server: a label that a client could choose would
/// be without bound.
using labels = std::vector<std::pair<std::string, std::string>>;

/// Metrics as Prometheus reads them (text format 0.0.4). Each metric is written at once, with all its samples.
class metrics_text {
public:
    void begin(std::string_view name, std::string_view type, std::string_view help);
    void sample(std::string_view suffix, const labels& of, double value);

    /// A metric with a single sample and no labels.
    void gauge(std::string_view name, std::string_view help, double value);
    void counter(std::string_view name, std::string_view help, double value);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::string name_;
    std::string text_;
};

/// A count for each set of labels. Threads: any.
class counter_family {
public:
    void add(const labels& of);
    void write(metrics_text& to, std::string_view name, std::string_view help) const;

private:
    mutable std::mutex mutex_;
    std::map<labels, std::uint64_t> counts_;
};

/// Durations in buckets, for each set of labels. Threads: any.
class duration_family {
public:
    void add(const labels& of, std::chrono::duration<double> took);
    void write(metrics_text& to, std::string_view name, std::string_view help) const;

private:
    static constexpr std::array bounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0};
    struct buckets {
        std::array<std::uint64_t, bounds.size()> within{};  ///< Of each bound alone, not of those below it.
        std::uint64_t count = 0;
        double sum = 0;
    };

    mutable std::mutex mutex_;
    std::map<labels, buckets> all_;
};

}  // namespace login_server
