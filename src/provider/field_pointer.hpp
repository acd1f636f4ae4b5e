#pragma once

#include "provider/reply_value.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace coauth::provider {

/// Where a field stands: a JSON pointer (RFC 6901) into a reply, or a name of a form's or a callback's field. Which of
/// them it is, is found out once, when a profile is loaded.
class field_pointer {
public:
    field_pointer() = default;
    field_pointer(const char* text) : field_pointer(std::string(text)) {}
    field_pointer(std::string text)
        : text_(std::move(text)),
          is_path_(text_.empty() || (text_.front() == '/' && name().find_first_of("/~") != name().npos)) {}

    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }  ///< Then it is the whole.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    /// As people call it: without the "/" in front.
    [[nodiscard]] std::string_view name() const noexcept {
        return std::string_view{text_}.substr(text_.starts_with('/') ? 1 : 0);
    }

    /// What stands there. Null where there is nothing, or a JSON null.
    [[nodiscard]] const boost::json::value* find_in(const boost::json::value& reply) const noexcept;

    /// The same in what is only looked at.
    [[nodiscard]] reply_value find_in(const reply_value& reply) const;

private:
    [[nodiscard]] reply_value follow_path(const reply_members& members) const;

    std::string text_;
    bool is_path_ = true;  ///< And not just the name of a member.
};

}  // namespace coauth::provider
