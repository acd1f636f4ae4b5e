#include "event_log.hpp"

#include "token_status.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace vk_token_api {

event_log::event_log(std::shared_ptr<const coauth::clock> clock, sink to)
    : clock_(std::move(clock)), to_(std::move(to)) {}

void event_log::write(std::string_view event, boost::json::object fields) const {
    boost::json::object line;
    line["time"] = timestamp(clock_->now());
    line["event"] = event;
    for (auto& [name, value] : fields) {
        line[name] = std::move(value);
    }
    to_(boost::json::serialize(line));
}

}  // namespace vk_token_api
