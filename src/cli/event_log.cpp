#include "cli/event_log.hpp"

#include "cli/output.hpp"

#include <cstdio>
#include <string>

namespace coauth::cli {
namespace {

std::string milliseconds(std::chrono::nanoseconds time) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f ms", std::chrono::duration<double, std::milli>(time).count());
    return text;
}

std::string operator+(std::string left, std::string_view right) {
    return left.append(right);
}

// Its lines begin otherwise than the one that tells a failure.
class event_log final : public observer {
public:
    void request_started(const request_event& event) override { tell(label(event) + event.method + " " + event.url); }

    void connection_opened(const connection_event& event) override {
        tell(label(event) + "opened to " + event.origin + " at " + event.address + ", " + event.tls_version +
             (event.resumed ? ", session resumed" : ""));
    }

    void connection_reused(const connection_event& event) override { tell(label(event) + "reused"); }

    void connection_closed(const connection_event& event, close_reason reason) override {
        tell(label(event) + "closed: " + name_of(reason));
    }

    void request_ended(const request_event& event, unsigned status, const failure* failed,
                       const request_durations& took) override {
        const std::string outcome = failed ? std::string(name_of(failed->code)) : "HTTP " + std::to_string(status);
        tell(label(event) + outcome + " in " + milliseconds(took.total) + " (waiting " + milliseconds(took.waiting) +
             ", connecting " + milliseconds(took.connecting) + ", TLS " + milliseconds(took.handshake) +
             ", first byte " + milliseconds(took.first_byte) + ")");
    }

private:
    static std::string label(const request_event& event) {
        return "* request " + std::to_string(event.request) + ", " + event.provider + " " + event.operation + ": ";
    }
    static std::string label(const connection_event& event) {
        return "* connection " + std::to_string(event.connection) + " ";
    }
};

}  // namespace

std::shared_ptr<observer> make_event_log() {
    return std::make_shared<event_log>();
}

}  // namespace coauth::cli
