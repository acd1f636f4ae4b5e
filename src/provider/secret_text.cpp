#include "provider/secret_text.hpp"

#include "core/ascii.hpp"
#include "core/growing_text.hpp"

#include <coauth/core/secret.hpp>

#include <boost/json/serialize.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace coauth::provider {
namespace {

namespace urls = boost::urls;

/// Boost.URL's set as a table, which answers in a third of the time.
constexpr auto is_unreserved = [] {
    std::array<bool, 256> in{};
    for (std::size_t each = 0; each != in.size(); ++each) {
        in[each] = urls::unreserved_chars(static_cast<unsigned char>(each));
    }
    return in;
}();

bool has_nothing_to_encode(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return is_unreserved[static_cast<unsigned char>(c)]; });
}

/// Writes it from there on, as Boost.URL would, which first measures it; returns where it ends.
char* write_encoded(char* at, std::string_view text, bool space_as_plus) noexcept {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_unreserved[byte]) {
            *at++ = c;
        } else if (c == ' ' && space_as_plus) {
            *at++ = '+';
        } else {
            *at++ = '%';
            *at++ = digits[byte >> 4];
            *at++ = digits[byte & 15];
        }
    }
    return at;
}

void append_encoded(std::string& to, std::string_view more, bool space_as_plus) {
    if (has_nothing_to_encode(more)) {  // as codes, tokens and verifiers have, as a rule
        append_secret(to, more);
        return;
    }
    constexpr std::size_t longest_escape = 3;
    const std::size_t at = to.size();
    const std::size_t most = longest_escape * more.size();
    make_room(to, most);
    to.resize(at + most);
    const char* const end = write_encoded(to.data() + at, more, space_as_plus);
    to.resize(static_cast<std::size_t>(end - to.data()));
}

}  // namespace

void grow_secret(std::string& text, std::size_t for_more) {
    constexpr std::size_t least = 512;
    std::string larger = grown(text, for_more, least);
    replace_wiped(text, larger);
}

void append_json_escaped(std::string& to, std::string_view more) {
    if (all_between(more, ' ', '~') && more.find('"') == more.npos && more.find('\\') == more.npos) {
        append_secret(to, more);
        return;
    }
    std::string quoted = boost::json::serialize(boost::json::string_view{more.data(), more.size()});
    append_secret(to, std::string_view{quoted}.substr(1, quoted.size() - 2));
    wipe(quoted);
}

void append_percent_encoded(std::string& to, std::string_view more) {
    append_encoded(to, more, false);
}

void append_form_encoded(std::string& to, std::string_view more) {
    append_encoded(to, more, true);
}

}  // namespace coauth::provider
