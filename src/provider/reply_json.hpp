#pragma once

#include "provider/reply_members.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coauth::provider {

/// What is to be said of JSON that was read.
struct json_findings {
    std::string problem{};  ///< Why the text is none; empty where it is.

    /// Names that stand more than once in one object; what was read has the last of each.
    std::vector<std::string> repeated{};
};

/// The most levels that JSON may ever nest: all who walk a value recurse, its destructor too, and stacks may be small.
inline constexpr std::size_t greatest_json_depth = 1000;

/// Reads the JSON of a reply, at most `max_depth` levels deep, into the memory of `value`: a `reply_memory`, as it may
/// hold tokens. The value is null where there is a problem.
json_findings read_reply_json(std::string_view text, std::size_t max_depth, boost::json::value& value);

/// The same where JSON is only looked at, while its text is there: a root object becomes `members`, and no value.
json_findings look_at_reply_json(std::string_view text, std::size_t max_depth, boost::json::value& value,
                                 std::optional<reply_members>& members);

}  // namespace coauth::provider
