#include "provider/secret_text.hpp"

#include "core/ascii.hpp"

#include <coauth/core/secret.hpp>

#include <boost/json/serialize.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/grammar/charset.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>
#include <utility>

namespace coauth::provider {
namespace {

namespace urls = boost::urls;

void make_room(std::string& in, std::size_t for_more) {
    if (in.capacity() - in.size() < for_more) {
        std::string larger;
        larger.reserve(std::max<std::size_t>(512, 2 * (in.size() + for_more)));
        larger = in;
        wipe(in);
        in = std::move(larger);
    }
}

void append_encoded(std::string& to, std::string_view more, bool space_as_plus) {
    constexpr std::size_t longest_escape = 3;
    make_room(to, longest_escape * more.size());
    // Codes, tokens and verifiers have nothing to encode, as a rule.
    const char* const end = more.data() + more.size();
    const char* const first = urls::grammar::find_if_not(more.data(), end, urls::unreserved_chars);
    to.append(more.data(), first);
    if (first != end) {
        urls::encoding_opts options;
        options.space_as_plus = space_as_plus;
        urls::encode({first, static_cast<std::size_t>(end - first)}, urls::unreserved_chars, options,
                     urls::string_token::append_to(to));
    }
}

}  // namespace

void append_secret(std::string& to, std::string_view more) {
    make_room(to, more.size());
    to += more;
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
