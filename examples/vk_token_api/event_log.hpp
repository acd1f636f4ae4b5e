#pragma once

#include <coauth/core/clock.hpp>

#include <boost/json/object.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace vk_token_api {

/// The program's log: one JSON object a line, `time` and `event` first. Nobody gives it a token, a key or a URL.
class event_log {
public:
    using sink = std::function<void(std::string line)>;

    event_log(std::shared_ptr<const coauth::clock> clock, sink to);

    void write(std::string_view event, boost::json::object fields = {}) const;

private:
    std::shared_ptr<const coauth::clock> clock_;
    sink to_;
};

}  // namespace vk_token_api
