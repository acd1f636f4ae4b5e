#pragma once

#include <boost/json/object.hpp>

#include <cstdio>
#include <mutex>
#include <string_view>

namespace login_server {

/// What happens, as JSON: one object a line, with the time first. Whoever writes leaves out what is secret: request
/// targets, cookies, tokens, states. Threads: any.
class event_log {
public:
    explicit event_log(std::FILE* to) : to_(to) {}

    void write(std::string_view event, const boost::json::object& facts);

private:
    std::mutex mutex_;
    std::FILE* const to_;
};

}  // namespace login_server
