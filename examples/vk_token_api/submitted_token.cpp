#include "submitted_token.hpp"

#include "pasted_text.hpp"

#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace vk_token_api {
namespace {

constexpr std::size_t longest_token = 4096;
constexpr std::int64_t longest_lifetime = 366 * 86'400;

/// The parameters of a fragment that matter. What they hold is wiped.
struct fragment_fields {
    fragment_fields() = default;
    fragment_fields(const fragment_fields&) = delete;
    fragment_fields& operator=(const fragment_fields&) = delete;
    ~fragment_fields() { coauth::wipe(access_token); }

    bool readable = false;
    bool contradictory = false;
    std::string access_token;
    std::string expires_in;
    std::string user_id;
    std::string error;

    void read(std::string_view parameters);

private:
    void take(std::string& into, std::string value) {
        contradictory = contradictory || (!into.empty() && into != value);
        into = std::move(value);
    }
};

void fragment_fields::read(std::string_view parameters) {
    const auto parsed = boost::urls::parse_query(parameters);
    readable = parsed.has_value();
    if (!readable) {
        return;
    }
    for (const auto& each : *parsed) {
        const std::string name = each.key.decode();
        for (const auto& [wanted, field] :
             {std::pair{"access_token", &fragment_fields::access_token},
              std::pair{"expires_in", &fragment_fields::expires_in}, std::pair{"user_id", &fragment_fields::user_id},
              std::pair{"error", &fragment_fields::error}}) {
            if (name == wanted) {
                take(this->*field, each.value.decode());
            }
        }
    }
}

std::optional<std::int64_t> number_in(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_whole = failed == std::errc{} && end == text.data() + text.size() && number >= 0;
    return is_whole ? std::optional(number) : std::nullopt;
}

bool looks_like_a_token(std::string_view text) {
    return !text.empty() && text.size() <= longest_token && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    });
}

outcome<submitted_token> read_fragment(std::string_view parameters) {
    fragment_fields fields;
    fields.read(parameters);
    if (!fields.readable) {
        return unreadable_token("token_data holds characters that no address has: it was changed on its way");
    }
    if (fields.contradictory) {
        return unreadable_token("token_data holds a parameter twice, with different values: two addresses, perhaps");
    }
    if (!fields.error.empty() && fields.access_token.empty()) {
        return access_denied();
    }
    if (!looks_like_a_token(fields.access_token)) {
        return unreadable_token("The access_token in token_data is empty, or holds characters that no token has");
    }
    submitted_token read;
    if (const auto lifetime = number_in(fields.expires_in); lifetime && *lifetime <= longest_lifetime) {
        read.lifetime = std::chrono::seconds{*lifetime};
    }
    if (!fields.user_id.empty()) {
        read.user_id = number_in(fields.user_id);
        if (!read.user_id) {
            return unreadable_token("The user_id in token_data is not a number");
        }
    }
    read.access_token = coauth::secret{std::move(fields.access_token)};
    return read;
}

/// Where the parameters begin: behind "#", or "?", or at once.
std::string_view parameters_of(std::string_view text) {
    for (const char mark : {'#', '?'}) {
        if (const auto at = text.find(mark); at != text.npos) {
            return text.substr(at + 1);
        }
    }
    return text;
}

}  // namespace

outcome<submitted_token> read_token_data(std::string_view pasted) {
    const pasted_text text{pasted};
    if (text.view().empty()) {
        return unreadable_token("token_data is empty");
    }
    if (text.holds("access_token=") || text.holds("error=")) {
        return read_fragment(parameters_of(text.view()));
    }
    if (text.holds("/") || text.holds("#") || text.holds("=")) {
        return unreadable_token("The address in token_data has no access_token: it is another page's, or it was cut");
    }
    if (!looks_like_a_token(text.view())) {
        return unreadable_token("token_data is neither an address nor an access token");
    }
    submitted_token read;
    read.access_token = coauth::secret{std::string(text.view())};
    return read;
}

}  // namespace vk_token_api
