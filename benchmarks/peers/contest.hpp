#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What the contestants written in C++ have in common: the command line, the values of a login, and the line of
/// figures.
namespace contest {

using clock = std::chrono::steady_clock;

inline constexpr const char* client_id = "benchmark-client";
inline constexpr const char* client_secret = "client-secret-of-the-benchmark";
inline constexpr const char* redirect_uri = "https://app.example/callback";
inline constexpr const char* code = "SplxlOBeZQQYbYS6WxSbIA";
inline constexpr const char* code_verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr std::string_view subject = "550e8400-e29b-41d4-a716-446655440000";
inline constexpr std::size_t access_token_length = 800;

/// What the provider does with connections.
enum class mode {
    warm,     ///< Keeps them.
    cold,     ///< Closes each after two requests.
    resumed,  ///< The same, and gives tickets that shorten the next handshake.
};

/// What to do.
struct orders {
    contest::mode mode = mode::warm;
    std::uint16_t port = 0;  ///< Of `mode`.
    std::string ca_file;
    std::size_t logins = 20'000;
    std::size_t warm_up = 2'000;  ///< Logins before the measured ones.
    std::size_t in_flight = 64;
    std::size_t connections = 64;
    std::size_t threads = 1;
    double rate = 0;       ///< Logins begun in a second, answered or not; 0: one begins when another ends.
    std::size_t idle = 0;  ///< Not 0: only opens that many connections and tells what each takes of memory.
    bool release = false;  ///< Idle ones give back what memory they can.
};

/// Exits where the command line is wrong.
[[nodiscard]] orders read_orders(int argc, char** argv);

/// "https://localhost:18440"
[[nodiscard]] std::string origin(const orders& given);

/// Resident memory of the process, now and at its highest, in KiB: "VmRSS", "VmHWM".
[[nodiscard]] std::size_t memory(std::string_view which);

/// A number of logins that are to be made, by any number of threads.
class course {
public:
    explicit course(std::size_t logins);

    /// Whether there is one more to be made.
    [[nodiscard]] bool take() noexcept { return taken_.fetch_add(1, std::memory_order_relaxed) < latencies_.size(); }

    /// One that began then, or should have, is done. Returns whether it was the last.
    bool done(clock::time_point begun) noexcept {
        const std::chrono::duration<float, std::micro> latency = clock::now() - begun;
        const std::size_t number = done_.fetch_add(1, std::memory_order_relaxed);
        latencies_[number] = latency.count();
        return number + 1 == latencies_.size();
    }

    [[nodiscard]] std::size_t size() const noexcept { return latencies_.size(); }

    void start();
    void stop();

    /// The line of JSON that the driver reads.
    void print(const char* client, const orders& given);

private:
    std::vector<float> latencies_;
    std::atomic<std::size_t> taken_{0};
    std::atomic<std::size_t> done_{0};
    clock::time_point started_;
    double seconds_ = 0;
    double cpu_seconds_ = 0;
};

/// The same for logins that begin at a fixed rate.
class schedule {
public:
    explicit schedule(double rate)
        : interval_{std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>{1 / rate})} {}

    [[nodiscard]] clock::time_point next() const noexcept { return next_; }
    void advance() noexcept { next_ += interval_; }

private:
    clock::duration interval_;
    clock::time_point next_ = clock::now();
};

/// Says what went wrong, and ends the program.
[[noreturn]] void fail(const std::string& what);

}  // namespace contest
