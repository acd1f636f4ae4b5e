#include "login_server/event_log.hpp"

#include <boost/json/serialize.hpp>

#include <array>
#include <chrono>
#include <ctime>
#include <string>

namespace login_server {
namespace {

/// RFC 3339, in UTC, with milliseconds.
std::string timestamp(std::chrono::system_clock::time_point when) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count() % 1'000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    return std::string(text.data()) + "." + std::to_string(1'000 + rest).substr(1) + "Z";
}

}  // namespace

void event_log::write(std::string_view event, const boost::json::object& facts) {
    boost::json::object line;
    line["time"] = timestamp(std::chrono::system_clock::now());
    line["event"] = event;
    for (const auto& each : facts) {
        line[each.key()] = each.value();
    }
    const std::string text = boost::json::serialize(line) + "\n";
    const std::scoped_lock lock(mutex_);
    std::fwrite(text.data(), 1, text.size(), to_);
    std::fflush(to_);
}

}  // namespace login_server
