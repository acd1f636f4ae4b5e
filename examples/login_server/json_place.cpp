#include "login_server/json_place.hpp"

#include "login_server/configuration.hpp"

#include <algorithm>
#include <charconv>

namespace login_server {
namespace {

std::string listed(std::initializer_list<std::string_view> names) {
    std::string text;
    for (const std::string_view each : names) {
        text.append(text.empty() ? "" : ", ").append(each);
    }
    return text;
}

/// Seconds in one of the unit; 0 for none.
std::int64_t seconds_of(char unit) {
    switch (unit) {
        case 's':
            return 1;
        case 'm':
            return 60;
        case 'h':
            return 3'600;
        case 'd':
            return 86'400;
        default:
            return 0;
    }
}

std::optional<std::chrono::seconds> read_duration(std::string_view text) {
    const std::int64_t unit = text.empty() ? 0 : seconds_of(text.back());
    std::uint32_t count = 0;
    const char* const end = text.data() + text.size() - (text.empty() ? 0 : 1);
    const auto [stopped, failed] = std::from_chars(text.data(), end, count);
    if (unit == 0 || failed != std::errc{} || stopped != end) {
        return std::nullopt;
    }
    return std::chrono::seconds{count * unit};
}

}  // namespace

void json_place::fail(const std::string& what) const {
    throw configuration_error(file_ + ": " + (pointer_.empty() ? "" : pointer_ + ": ") + what);
}

void json_place::require_object(std::initializer_list<std::string_view> known) const {
    for (const auto& [name, place] : members()) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            place.fail("there is no such setting; here may stand " + listed(known));
        }
    }
}

std::optional<json_place> json_place::member(std::string_view name) const {
    const boost::json::object* const object = value_->if_object();
    const boost::json::value* const found = object ? object->if_contains(name) : nullptr;
    if (!found) {
        return std::nullopt;
    }
    return json_place(*found, file_, pointer_ + "/" + std::string(name));
}

std::vector<std::pair<std::string, json_place>> json_place::members() const {
    const boost::json::object* const object = value_->if_object();
    if (!object) {
        fail("this should be an object, in braces");
    }
    std::vector<std::pair<std::string, json_place>> all;
    for (const auto& each : *object) {
        std::string name(each.key());
        json_place place(each.value(), file_, pointer_ + "/" + name);
        all.emplace_back(std::move(name), std::move(place));
    }
    return all;
}

std::string json_place::text() const {
    const boost::json::string* const found = value_->if_string();
    if (!found || found->empty()) {
        fail("this should be a text, in quotes");
    }
    return std::string(*found);
}

std::vector<std::string> json_place::texts() const {
    const boost::json::array* const found = value_->if_array();
    if (!found) {
        fail("this should be a list of texts, in brackets");
    }
    std::vector<std::string> all;
    for (std::size_t at = 0; at < found->size(); ++at) {
        all.push_back(json_place((*found)[at], file_, pointer_ + "/" + std::to_string(at)).text());
    }
    return all;
}

bool json_place::truth() const {
    const bool* const found = value_->if_bool();
    if (!found) {
        fail("this should be true or false");
    }
    return *found;
}

std::uint64_t json_place::number(std::uint64_t least, std::uint64_t most) const {
    boost::json::error_code failed;
    const auto found = value_->to_number<std::uint64_t>(failed);
    if (failed || !value_->is_number() || found < least || found > most) {
        fail("this should be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return found;
}

std::chrono::seconds json_place::duration(std::chrono::seconds least, std::chrono::seconds most) const {
    const boost::json::string* const found = value_->if_string();
    const auto read = found ? read_duration(std::string_view(*found)) : std::nullopt;
    if (!read || *read < least || *read > most) {
        fail("this should be a time as \"90s\", \"10m\", \"12h\" or \"7d\", from " + std::to_string(least.count()) +
             "s to " + std::to_string(most.count()) + "s");
    }
    return *read;
}

std::optional<std::string> json_place::text(std::string_view name) const {
    const auto found = member(name);
    return found ? std::optional(found->text()) : std::nullopt;
}

std::optional<std::vector<std::string>> json_place::texts(std::string_view name) const {
    const auto found = member(name);
    return found ? std::optional(found->texts()) : std::nullopt;
}

std::optional<bool> json_place::truth(std::string_view name) const {
    const auto found = member(name);
    return found ? std::optional(found->truth()) : std::nullopt;
}

std::optional<std::uint64_t> json_place::number(std::string_view name, std::uint64_t least, std::uint64_t most) const {
    const auto found = member(name);
    return found ? std::optional(found->number(least, most)) : std::nullopt;
}

std::optional<std::chrono::seconds> json_place::duration(std::string_view name, std::chrono::seconds least,
                                                         std::chrono::seconds most) const {
    const auto found = member(name);
    return found ? std::optional(found->duration(least, most)) : std::nullopt;
}

}  // namespace login_server
