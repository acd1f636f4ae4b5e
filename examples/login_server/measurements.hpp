#pragma once

#include "login_server/metrics.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace login_server {

class backend;

/// What is counted while the server runs. Threads: any.
class measurements {
public:
    using duration = std::chrono::duration<double>;

    void request(std::string_view route, unsigned status, duration took);
    void login_begun(const std::string& provider);

    /// `outcome` is one of a few words; `took` is the handling of the callback.
    void login_ended(const std::string& provider, std::string_view outcome, duration took);

    /// From the browser's first step to the session.
    void login_completed(const std::string& provider, duration since_begin);

    void write(metrics_text& to) const;

private:
    counter_family requests_;
    duration_family request_seconds_;
    counter_family begun_;
    counter_family ended_;
    duration_family callback_seconds_;
    duration_family login_seconds_;
};

/// Everything that `/metrics` tells.
[[nodiscard]] std::string metrics_of(const backend& all, std::size_t connections);

}  // namespace login_server
