#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace login_server {

/// A value of the configuration with its place, which stands in every error: "login.json: /listen/port: ...".
/// All readers throw `configuration_error`; those that name a member give nothing where there is none.
class json_place {
public:
    json_place(const boost::json::value& value, std::string file, std::string pointer)
        : value_(&value), file_(std::move(file)), pointer_(std::move(pointer)) {}

    /// Ends the reading: what is wrong here, and the mend.
    [[noreturn]] void fail(const std::string& what) const;

    /// The members, which may only be of these names.
    void require_object(std::initializer_list<std::string_view> known) const;
    [[nodiscard]] std::optional<json_place> member(std::string_view name) const;
    [[nodiscard]] std::vector<std::pair<std::string, json_place>> members() const;

    [[nodiscard]] std::string text() const;  ///< Not empty.
    [[nodiscard]] std::vector<std::string> texts() const;
    [[nodiscard]] bool truth() const;
    [[nodiscard]] std::uint64_t number(std::uint64_t least, std::uint64_t most) const;

    /// "90s", "10m", "12h", "7d".
    [[nodiscard]] std::chrono::seconds duration(std::chrono::seconds least, std::chrono::seconds most) const;

    [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
    [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view name) const;
    [[nodiscard]] std::optional<bool> truth(std::string_view name) const;
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name, std::uint64_t least,
                                                      std::uint64_t most) const;
    [[nodiscard]] std::optional<std::chrono::seconds> duration(std::string_view name, std::chrono::seconds least,
                                                               std::chrono::seconds most) const;

private:
    const boost::json::value* value_;
    std::string file_;
    std::string pointer_;
};

}  // namespace login_server
