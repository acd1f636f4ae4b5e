#include "contest.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sys/resource.h>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#define CALLGRIND_ZERO_STATS
#endif

namespace contest {
namespace {

const std::map<std::string, mode> modes{{"warm", mode::warm}, {"cold", mode::cold}, {"resumed", mode::resumed}};

double cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

const char* name(mode which) {
    return std::find_if(modes.begin(), modes.end(), [&](const auto& each) { return each.second == which; })
        ->first.c_str();
}

}  // namespace

orders read_orders(int argc, char** argv) {
    orders given;
    CLI::App app{"Makes logins as fast as it can, and prints a line of JSON."};
    std::uint16_t port = 18440;
    app.add_option("--mode", given.mode, "warm, cold or resumed")->transform(CLI::CheckedTransformer(modes));
    app.add_option("--port", port, "the provider's first port")->capture_default_str();
    app.add_option("--ca", given.ca_file, "PEM file of the authority to trust")->required()->check(CLI::ExistingFile);
    app.add_option("--logins", given.logins, "to be measured")->capture_default_str();
    app.add_option("--warm-up", given.warm_up, "logins before these")->capture_default_str();
    app.add_option("--in-flight", given.in_flight, "logins at once")->capture_default_str();
    app.add_option("--connections", given.connections, "at most")->capture_default_str();
    app.add_option("--threads", given.threads)->capture_default_str();
    app.add_option("--rate", given.rate, "logins begun in a second; 0: when another ends")->capture_default_str();
    app.add_option("--idle", given.idle, "only open that many connections, and tell their memory");
    app.add_flag("--release", given.release, "idle connections give back what memory they can");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& wrong) {
        std::exit(app.exit(wrong));
    }
    given.port = static_cast<std::uint16_t>(port + static_cast<int>(given.mode));
    return given;
}

std::string origin(const orders& given) {
    return "https://localhost:" + std::to_string(given.port);
}

std::size_t memory(std::string_view which) {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(which)) {
            return std::stoul(line.substr(which.size() + 1));
        }
    }
    return 0;
}

course::course(std::size_t logins) : latencies_(logins) {}

void course::start() {
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;  // how many of the first connections could be resumed is chance, and is no login's to bear
    started_ = clock::now();
    cpu_seconds_ = cpu_seconds();
}

void course::stop() {
    cpu_seconds_ = cpu_seconds() - cpu_seconds_;
    seconds_ = std::chrono::duration<double>(clock::now() - started_).count();
    CALLGRIND_STOP_INSTRUMENTATION;
}

void course::print(const char* client, const orders& given) {
    if (done_ != latencies_.size()) {
        fail("only " + std::to_string(done_) + " logins were made");
    }
    std::sort(latencies_.begin(), latencies_.end());
    const auto percentile = [&](double part) {
        return latencies_[std::min(latencies_.size() - 1,
                                   static_cast<std::size_t>(part * static_cast<double>(latencies_.size())))];
    };
    std::printf(R"({"client":"%s","mode":"%s","in_flight":%zu,"threads":%zu,"rate":%.1f,"logins":%zu,"warm_up":%zu,)"
                R"("seconds":%.6f,"cpu_seconds":%.6f,"p50_us":%.1f,"p99_us":%.1f,"p99_9_us":%.1f,"peak_kib":%zu})"
                "\n",
                client, name(given.mode), given.in_flight, given.threads, given.rate, latencies_.size(), given.warm_up,
                seconds_, cpu_seconds_, percentile(0.5), percentile(0.99), percentile(0.999), memory("VmHWM"));
}

void fail(const std::string& what) {
    std::fprintf(stderr, "%s\n", what.c_str());
    std::exit(1);
}

}  // namespace contest
