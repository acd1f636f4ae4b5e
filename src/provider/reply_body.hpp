#pragma once

#include "provider/profile_data.hpp"
#include "provider/reply_members.hpp"
#include "provider/reply_value.hpp"

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coauth::provider {

/// The body of a reply, and what it says.
struct reply_body {
    /// Whether JSON becomes a value that is handed on, or is only looked at, which takes half as long.
    enum class purpose { hand_on, look_at };

    /// What is read is in `memory`, a `reply_memory`; it has to outlive what is only looked at.
    reply_body(purpose why, boost::json::storage_ptr memory) : what_for(why), value(std::move(memory)) {}

    purpose what_for;
    std::string_view text{};  ///< Without a byte order mark and the white space around it.

    /// A form's fields are an object of strings; null where there is no body, or where there are `members`.
    boost::json::value value;
    std::optional<reply_members> members{};  ///< Of JSON that is an object and only looked at.

    std::string problem{};  ///< Why it is not of the format; then `value` is null.

    /// Names that stand more than once, of which `value` has one: which of them counts is nobody's to guess.
    std::vector<std::string> repeated{};

    bool is_json = false;  ///< The text is JSON, and says what `root` does.

    /// What it says.
    [[nodiscard]] reply_value root() const noexcept { return members ? reply_value(&*members) : reply_value(value); }
};

/// Reads a body, which has to outlive the result. The Content-Type is not asked: providers send JSON as
/// "text/javascript" and forms as "text/html".
void read_body(reply_format format, std::string_view body, std::size_t max_json_depth, reply_body& into);

}  // namespace coauth::provider
