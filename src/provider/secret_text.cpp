#include "provider/secret_text.hpp"

#include "core/ascii.hpp"
#include "core/growing_text.hpp"

#include <coauth/core/secret.hpp>

#include <boost/json/serialize.hpp>
#include <boost/url/encode.hpp>
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

void append_encoded(std::string& to, std::string_view more, bool space_as_plus) {
    constexpr std::size_t longest_escape = 3;
    // Codes, tokens and verifiers have nothing to encode, as a rule.
    const auto* const first =
        std::find_if_not(more.begin(), more.end(), [](char c) { return is_unreserved[static_cast<unsigned char>(c)]; });
    const std::string_view plain{more.begin(), first};
    const std::string_view rest{first, more.end()};
    make_room(to, plain.size() + longest_escape * rest.size());
    to += plain;
    if (!rest.empty()) {
        urls::encoding_opts options;
        options.space_as_plus = space_as_plus;
        urls::encode({rest.data(), rest.size()}, urls::unreserved_chars, options, urls::string_token::append_to(to));
    }
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
