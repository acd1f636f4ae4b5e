#include "core/token_json.hpp"

#include <coauth/core/token.hpp>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

namespace coauth {
namespace {

namespace json = boost::json;

std::int64_t unix_seconds(clock::wall_time time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

json::array strings(const std::vector<std::string>& values) {
    json::array out;
    for (const std::string& each : values) {
        out.emplace_back(each);
    }
    return out;
}

failure unreadable(std::string detail) {
    failure what;
    what.code = errc::invalid_argument;
    what.step = "token";
    what.detail = std::move(detail);
    return what;
}

/// Takes members out of a token's JSON one by one; what remains is `extra`.
class reader {
public:
    explicit reader(const json::object& from) : left_(from, from.storage()) {}

    std::optional<std::string> text(std::string_view name) {
        const json::value taken = take(name);
        if (taken.is_null()) {
            return std::nullopt;
        }
        if (!taken.is_string()) {
            wrong(name, "a string");
            return std::nullopt;
        }
        return std::string(taken.get_string());
    }

    std::optional<clock::wall_time> time(std::string_view name) {
        // Beyond this a wall_time in nanoseconds overflows (the year 2262).
        constexpr std::int64_t most = 9'223'372'036;
        const json::value taken = take(name);
        if (taken.is_null()) {
            return std::nullopt;
        }
        if (!taken.is_int64() || taken.get_int64() < -most || taken.get_int64() > most) {
            wrong(name, "Unix seconds");
            return std::nullopt;
        }
        return clock::wall_time{std::chrono::seconds{taken.get_int64()}};
    }

    std::optional<std::vector<std::string>> list(std::string_view name) {
        const json::value taken = take(name);
        if (taken.is_null()) {
            return std::nullopt;
        }
        std::vector<std::string> out;
        const bool all_strings = taken.is_array() && std::all_of(taken.get_array().begin(), taken.get_array().end(),
                                                                 [](const json::value& v) { return v.is_string(); });
        if (!all_strings) {
            wrong(name, "an array of strings");
            return std::nullopt;
        }
        for (const json::value& each : taken.get_array()) {
            out.emplace_back(each.get_string());
        }
        return out;
    }

    json::object object(std::string_view name) {
        const json::value taken = take(name);
        if (!taken.is_null() && !taken.is_object()) {
            wrong(name, "an object");
        }
        return taken.is_object() ? taken.get_object() : json::object{};
    }

    const json::object& left() const { return left_; }
    const std::optional<failure>& failed() const { return failed_; }

private:
    json::value take(std::string_view name) {
        const auto found = left_.find(name);
        if (found == left_.end()) {
            return nullptr;
        }
        json::value taken = std::move(found->value());
        left_.erase(found);
        return taken;
    }

    void wrong(std::string_view name, std::string_view wanted) {
        if (!failed_) {
            failed_ = unreadable("\"" + std::string(name) + "\" of the token is not " + std::string(wanted));
        }
    }

    json::object left_;
    std::optional<failure> failed_;
};

}  // namespace

json::object reveal(const token& value) {
    return reveal_in(value, {});
}

json::object reveal_in(const token& value, json::storage_ptr memory) {
    json::object out(std::move(memory));
    out["access_token"] = value.access_token.reveal();
    if (!value.token_type.empty()) {
        out["token_type"] = value.token_type;
    }
    if (value.refresh_token) {
        out["refresh_token"] = value.refresh_token->reveal();
    }
    if (value.issued_at) {
        out["issued_at"] = unix_seconds(*value.issued_at);
    }
    if (value.expires_at) {
        out["expires_at"] = unix_seconds(*value.expires_at);
    }
    if (value.refresh_expires_at) {
        out["refresh_expires_at"] = unix_seconds(*value.refresh_expires_at);
    }
    if (value.scopes) {
        out["scopes"] = strings(*value.scopes);
    }
    if (!value.extra.empty()) {
        out["extra"] = value.extra;
    }
    if (!value.warnings.empty()) {
        out["warnings"] = strings(value.warnings);
    }
    return out;
}

result<token> read_token_json(const json::value& from) {
    if (!from.is_object()) {
        return unreadable("a token is a JSON object, as the exchange printed it");
    }
    reader in(from.get_object());
    token out;
    std::optional<std::string> access = in.text("access_token");
    if (!in.failed() && (!access || access->empty())) {
        return unreadable("the token has no \"access_token\"");
    }
    out.access_token = secret(std::move(access).value_or(""));
    out.token_type = in.text("token_type").value_or("");
    if (std::optional<std::string> refresh = in.text("refresh_token"); refresh && !refresh->empty()) {
        out.refresh_token = secret(std::move(*refresh));
    }
    out.issued_at = in.time("issued_at");
    out.expires_at = in.time("expires_at");
    out.refresh_expires_at = in.time("refresh_expires_at");
    out.scopes = in.list("scopes");
    out.warnings = in.list("warnings").value_or(std::vector<std::string>{});
    out.extra = in.object("extra");
    if (in.failed()) {
        return *in.failed();
    }
    for (const auto& [name, value] : in.left()) {
        out.extra.emplace(name, value);
    }
    return out;
}

}  // namespace coauth
