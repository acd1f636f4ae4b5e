#include "login_server/metrics.hpp"

#include <algorithm>
#include <charconv>

namespace login_server {
namespace {

std::string number_text(double value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return {digits.data(), end};
}

std::string escaped(std::string_view text) {
    std::string made;
    for (const char letter : text) {
        if (letter == '\n') {
            made += "\\n";
            continue;
        }
        if (letter == '"' || letter == '\\') {
            made += '\\';
        }
        made += letter;
    }
    return made;
}

}  // namespace

void metrics_text::begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void metrics_text::sample(std::string_view suffix, const labels& of, double value) {
    text_.append(name_).append(suffix);
    char before = '{';
    for (const auto& [name, content] : of) {
        text_ += before;
        text_.append(name).append("=\"").append(escaped(content)).append("\"");
        before = ',';
    }
    text_.append(of.empty() ? " " : "} ").append(number_text(value)).append("\n");
}

void metrics_text::gauge(std::string_view name, std::string_view help, double value) {
    begin(name, "gauge", help);
    sample("", {}, value);
}

void metrics_text::counter(std::string_view name, std::string_view help, double value) {
    begin(name, "counter", help);
    sample("", {}, value);
}

void counter_family::add(const labels& of) {
    const std::scoped_lock lock(mutex_);
    ++counts_[of];
}

void counter_family::write(metrics_text& to, std::string_view name, std::string_view help) const {
    const std::scoped_lock lock(mutex_);
    to.begin(name, "counter", help);
    for (const auto& [of, count] : counts_) {
        to.sample("", of, static_cast<double>(count));
    }
}

void duration_family::add(const labels& of, std::chrono::duration<double> took) {
    const auto bound = std::ranges::lower_bound(bounds, took.count());
    const std::scoped_lock lock(mutex_);
    buckets& into = all_[of];
    ++into.count;
    into.sum += took.count();
    if (bound != bounds.end()) {
        ++into.within.at(static_cast<std::size_t>(bound - bounds.begin()));
    }
}

void duration_family::write(metrics_text& to, std::string_view name, std::string_view help) const {
    const std::scoped_lock lock(mutex_);
    to.begin(name, "histogram", help);
    for (const auto& [of, counted] : all_) {
        labels with_bound = of;
        with_bound.emplace_back("le", "");
        std::uint64_t up_to = 0;
        for (std::size_t at = 0; at < bounds.size(); ++at) {
            up_to += counted.within.at(at);
            with_bound.back().second = number_text(bounds.at(at));
            to.sample("_bucket", with_bound, static_cast<double>(up_to));
        }
        with_bound.back().second = "+Inf";
        to.sample("_bucket", with_bound, static_cast<double>(counted.count));
        to.sample("_sum", of, counted.sum);
        to.sample("_count", of, static_cast<double>(counted.count));
    }
}

}  // namespace login_server
