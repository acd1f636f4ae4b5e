#include "provider/profile_loader_json.hpp"

#include "provider/json_listener.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace coauth::provider {
namespace {

namespace json = boost::json;

constexpr std::size_t greatest_depth = 32;

/// Watches a text being parsed, and stops it where Boost.JSON would let pass what a profile must not hold.
class strict_handler : public json_listener {
public:
    using error_code = json::error_code;

    bool on_object_begin(error_code&) { return enter(true); }
    bool on_object_end(std::size_t, error_code&) { return leave(); }
    bool on_array_begin(error_code&) { return enter(false); }
    bool on_array_end(std::size_t, error_code&) { return leave(); }

    bool on_key_part(json::string_view part, std::size_t, error_code&) { return append(part); }
    bool on_key(json::string_view part, std::size_t, error_code& ec) {
        text_ += part;
        auto& object = levels_.back();
        object.key = std::exchange(text_, {});
        if (holds_nul(object.key)) {
            return stop("this key holds a NUL character; remove it", ec);
        }
        if (!object.keys.insert(object.key).second) {
            return stop("this key stands here twice; keep one of them", ec);
        }
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, error_code&) { return append(part); }
    bool on_string(json::string_view part, std::size_t, error_code& ec) {
        text_ += part;
        if (holds_nul(std::exchange(text_, {}))) {
            return stop("this text holds a NUL character; remove it", ec);
        }
        return value_ended();
    }
    bool on_int64(std::int64_t, json::string_view, error_code&) { return value_ended(); }
    bool on_uint64(std::uint64_t, json::string_view, error_code&) { return value_ended(); }
    bool on_double(double number, json::string_view, error_code& ec) {
        return std::isfinite(number) ? value_ended() : stop("this number is too great; write a smaller one", ec);
    }
    bool on_bool(bool, error_code&) { return value_ended(); }
    bool on_null(error_code&) { return value_ended(); }

    /// What is wrong, where it was this handler that stopped.
    [[nodiscard]] const std::string& objection() const noexcept { return objection_; }

    [[nodiscard]] std::string pointer() const {
        std::string text;
        for (const auto& each : levels_) {
            text += "/" + (each.is_object ? escape_pointer_token(each.key) : std::to_string(each.index));
        }
        return text;
    }

private:
    struct level {
        bool is_object;
        std::set<std::string> keys = {};
        std::string key = {};
        std::size_t index = 0;
    };

    static bool holds_nul(std::string_view text) noexcept { return text.find('\0') != text.npos; }

    bool append(json::string_view part) {
        text_ += part;
        return true;
    }
    bool enter(bool is_object) {
        levels_.push_back({.is_object = is_object});
        return true;
    }
    bool leave() {
        levels_.pop_back();
        return value_ended();
    }
    bool value_ended() {
        if (!levels_.empty()) {
            ++levels_.back().index;
        }
        return true;
    }
    bool stop(std::string_view why, error_code& ec) {
        objection_ = why;
        ec = json::error::syntax;
        return false;
    }

    std::vector<level> levels_;
    std::string text_;
    std::string objection_;
};

std::string line_and_column(std::string_view text, std::size_t offset) {
    const auto before = text.substr(0, offset);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto column = offset - (before.rfind('\n') + 1) + 1;
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

failure invalid(std::string detail) {
    failure what;
    what.code = errc::invalid_profile;
    what.detail = std::move(detail);
    return what;
}

}  // namespace

std::string escape_pointer_token(std::string_view token) {
    std::string text;
    for (const char c : token) {
        text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    }
    return text;
}

result<json::value> read_strict_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = greatest_depth;
    json::basic_parser<strict_handler> parser(options);
    json::error_code ec;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
    const auto& handler = parser.handler();
    if (!handler.objection().empty()) {
        return invalid(handler.pointer() + " (" + line_and_column(text, read) + "): " + handler.objection());
    }
    if (ec == json::error::too_deep) {
        return invalid(line_and_column(text, read) + ": nested deeper than 32 levels; make it flatter");
    }
    if (!ec && read != text.size()) {
        ec = json::error::extra_data;
    }
    if (ec) {
        return invalid(line_and_column(text, read) + ": this is not JSON (" + ec.message() + "); mend the text there");
    }
    return json::parse(text, {}, options);
}

}  // namespace coauth::provider
