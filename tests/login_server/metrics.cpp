#include "login_server/metrics.hpp"

#include <doctest/doctest.h>

namespace login_server {
namespace {

using namespace std::chrono_literals;

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST_CASE("a gauge and a counter, as Prometheus reads them") {
    metrics_text text;
    text.gauge("things", "Things there are.", 3);
    text.counter("things_total", "Things there were.", 12'345'678'901.0);
    CHECK(text.text() ==
          "# HELP things Things there are.\n# TYPE things gauge\nthings 3\n"
          "# HELP things_total Things there were.\n# TYPE things_total counter\nthings_total 12345678901\n");
}

TEST_CASE("labels are escaped") {
    metrics_text text;
    text.begin("odd", "gauge", "Odd.");
    text.sample("", {{"a", "x\"y\\z\nw"}, {"b", ""}}, 0.5);
    CHECK(has_line(text.text(), "odd{a=\"x\\\"y\\\\z\\nw\",b=\"\"} 0.5"));
}

TEST_CASE("counts are kept for each set of labels") {
    counter_family all;
    all.add({{"provider", "vk"}});
    all.add({{"provider", "hike"}});
    all.add({{"provider", "vk"}});
    metrics_text text;
    all.write(text, "logins_total", "Logins.");
    CHECK(text.text() ==
          "# HELP logins_total Logins.\n# TYPE logins_total counter\n"
          "logins_total{provider=\"hike\"} 1\nlogins_total{provider=\"vk\"} 2\n");
}

TEST_CASE("a duration counts in its bucket and in all above, and on a bound in that one") {
    duration_family all;
    all.add({{"route", "/"}}, 5ms);
    all.add({{"route", "/"}}, 30ms);
    all.add({{"route", "/"}}, 2min);
    metrics_text text;
    all.write(text, "seconds", "Durations.");
    CHECK(has_line(text.text(), "# TYPE seconds histogram"));
    CHECK(has_line(text.text(), "seconds_bucket{route=\"/\",le=\"0.005\"} 1"));
    CHECK(has_line(text.text(), "seconds_bucket{route=\"/\",le=\"0.025\"} 1"));
    CHECK(has_line(text.text(), "seconds_bucket{route=\"/\",le=\"0.05\"} 2"));
    CHECK(has_line(text.text(), "seconds_bucket{route=\"/\",le=\"60\"} 2"));
    CHECK(has_line(text.text(), "seconds_bucket{route=\"/\",le=\"+Inf\"} 3"));
    CHECK(has_line(text.text(), "seconds_sum{route=\"/\"} 120.035"));
    CHECK(has_line(text.text(), "seconds_count{route=\"/\"} 3"));
}

}  // namespace
}  // namespace login_server
