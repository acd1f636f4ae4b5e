#pragma once

#include "provider/profile_data.hpp"

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coauth::provider {

/// The body of a reply: its text without a byte order mark and the white space around it, and what it says.
struct reply_body {
    std::string_view text;
    boost::json::value value;  ///< A form's fields as an object of strings; null where there is no body.
    std::string problem;       ///< Why it is not of the format; then `value` is null.

    /// Names that stand more than once, of which `value` has one: which of them counts is nobody's to guess.
    std::vector<std::string> repeated{};

    bool is_json = false;  ///< The text is JSON, and says what `value` does.
};

/// Reads a body, which has to outlive the result. The Content-Type is not asked: providers send JSON as
/// "text/javascript" and forms as "text/html". JSON is read into `memory`, a `reply_memory`.
[[nodiscard]] reply_body read_body(reply_format format, std::string_view body, std::size_t max_json_depth,
                                   boost::json::storage_ptr memory);

}  // namespace coauth::provider
