#include "login/login_cookies.hpp"

#include "core/base64url_alphabet.hpp"

#include <algorithm>

namespace coauth::login {

namespace {

bool is_id(std::string_view text) noexcept {
    return text.size() == id_length &&
           std::all_of(text.begin(), text.end(), [](char c) { return base64url_digit(c) != no_base64url_digit; });
}

std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t begin = text.find_first_not_of(" \t");
    return begin == text.npos ? std::string_view{} : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

login_cookies::login_cookies(const login_options& options)
    : prefix_{(options.allow_insecure_cookies ? "" : "__Host-") + options.cookie_name + "-"},
      attributes_{options.allow_insecure_cookies ? "; Path=/; HttpOnly" : "; Path=/; HttpOnly; Secure"},
      lifetime_{options.lifetime} {}

std::string login_cookies::set(std::string_view id, std::string_view value, bool cross_site) const {
    const std::string_view same_site = cross_site ? "; SameSite=None" : "; SameSite=Lax";
    const std::string max_age = "; Max-Age=" + std::to_string(lifetime_.count());
    std::string line;
    line.reserve(prefix_.size() + id.size() + 1 + value.size() + attributes_.size() + same_site.size() +
                 max_age.size());  // many are kept, as long as their logins are under way
    line.append(prefix_).append(id).append("=").append(value).append(attributes_).append(same_site).append(max_age);
    return line;
}

std::string login_cookies::clear(std::string_view id) const {
    constexpr std::string_view ended = "; SameSite=Lax; Max-Age=0";
    std::string line;
    line.reserve(prefix_.size() + id.size() + 1 + attributes_.size() + ended.size());
    line.append(prefix_).append(id).append("=").append(attributes_).append(ended);
    return line;
}

std::vector<login_cookie> login_cookies::read(std::string_view header) const {
    std::vector<login_cookie> found;
    while (!header.empty()) {
        const std::size_t end = std::min(header.find(';'), header.size());
        const std::string_view pair = trimmed(header.substr(0, end));
        header.remove_prefix(std::min(end + 1, header.size()));
        const std::size_t equals = pair.find('=');
        if (equals == pair.npos || !pair.starts_with(prefix_)) {
            continue;
        }
        const std::string_view id = pair.substr(0, equals).substr(prefix_.size());
        if (is_id(id)) {
            found.push_back({id, pair.substr(equals + 1)});
        }
    }
    return found;
}

}  // namespace coauth::login
