#pragma once

#include <boost/json/value.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace coauth::provider {

class reply_members;

/// What a `reply_value` is made of as it is; JSON is first asked what it is.
template <class What>
concept value_by_itself =
    std::same_as<What, bool> || std::same_as<What, std::int64_t> || std::same_as<What, std::uint64_t> ||
    std::same_as<What, double> || std::same_as<What, std::string_view> || std::same_as<What, const reply_members*>;

/// A value of a reply, looked at where it stands, and valid as long as that is: a text is a view of the reply's own,
/// what nests is JSON that was built of it, and the root object may be nothing but its members.
class reply_value {
    using any = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string_view,
                             const boost::json::value*, const reply_members*>;

public:
    reply_value() = default;  ///< Nothing, or a JSON null, which is the same to all who ask.

    template <value_by_itself What>
    reply_value(What what) noexcept : is_(what) {}

    reply_value(const boost::json::value& value) noexcept;
    reply_value(const boost::json::value* value) noexcept : reply_value(value ? reply_value(*value) : reply_value()) {}

    [[nodiscard]] explicit operator bool() const noexcept { return is_.index() != 0; }  ///< Whether there is anything.

    /// The one of `any` that it is, or null. JSON is an array or an object: a scalar is always one by itself.
    template <class What>
    [[nodiscard]] const What* get_if() const noexcept {
        return std::get_if<What>(&is_);
    }

    /// The same for JSON, and for members.
    [[nodiscard]] const boost::json::value* json() const noexcept { return pointer<boost::json::value>(); }
    [[nodiscard]] const reply_members* members() const noexcept { return pointer<reply_members>(); }

    [[nodiscard]] bool is_structured() const noexcept { return json() != nullptr || members() != nullptr; }

    /// Compares scalars; what nests equals itself alone.
    friend bool operator==(const reply_value&, const reply_value&) = default;

private:
    template <class What>
    [[nodiscard]] const What* pointer() const noexcept {
        const auto* found = std::get_if<const What*>(&is_);
        return found ? *found : nullptr;
    }

    any is_;
};

/// Whether there is nothing, or an empty array, object or text.
[[nodiscard]] bool is_empty(const reply_value& value) noexcept;

/// A text as it is, and an integer in decimal digits, exactly; nothing for any other value, or an empty text.
[[nodiscard]] std::optional<std::string> text_of(const reply_value& value);

/// A value that stands on its own.
[[nodiscard]] boost::json::value to_json(const reply_value& value, boost::json::storage_ptr memory = {});

}  // namespace coauth::provider
