#pragma once

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coauth::provider {

/// JSON text as a value, or what is wrong with it.
struct parsed_json {
    boost::json::value value;
    std::string problem;  ///< Empty where there is none.

    /// Names that stand more than once in one object; the value has the last of each.
    std::vector<std::string> repeated;
};

/// The most levels that JSON may ever nest: all who walk a value recurse, its destructor too, and stacks may be small.
inline constexpr std::size_t greatest_json_depth = 1000;

/// Reads the JSON of a reply, at most `max_depth` levels deep, into `memory`: a `reply_memory`, as it may hold tokens.
[[nodiscard]] parsed_json parse_reply_json(std::string_view text, std::size_t max_depth,
                                           boost::json::storage_ptr memory);

}  // namespace coauth::provider
