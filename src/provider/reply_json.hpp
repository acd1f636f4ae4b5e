#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace coauth::provider {

/// JSON text as a value, or what is wrong with it.
struct parsed_json {
    boost::json::value value;
    std::string problem;  ///< Empty where there is none.
};

/// Reads the JSON of a reply. More than 32 levels and a name that stands twice in one object are refused, for which of
/// two counts must not be anybody's guess.
[[nodiscard]] parsed_json parse_reply_json(std::string_view text);

}  // namespace coauth::provider
