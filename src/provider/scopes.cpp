#include "provider/scopes.hpp"

#include <coauth/core/encoding.hpp>

namespace coauth::provider {
namespace {

/// What a query may hold unescaped (RFC 3986, section 3.4) and no form reader takes for something else.
bool stays_raw(char c) noexcept {
    constexpr std::string_view signs = "-._~!$'()*,;:@/?";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || signs.find(c) != signs.npos;
}

}  // namespace

std::string join_scopes(const std::vector<std::string>& scopes, const scope_rules& rules) {
    std::string joined;
    for (const auto& each : scopes) {
        joined += (&each == &scopes.front() ? "" : rules.separator) + each;
    }
    return joined;
}

std::string encode_scopes(std::string_view joined, const scope_rules& rules) {
    if (rules.encoding != escape::none) {
        return rules.encoding == escape::form ? form_encode(joined) : percent_encode(joined);
    }
    std::string raw;
    for (const char c : joined) {
        const bool is_plus_separator = c == '+' && rules.separator == "+";
        raw += stays_raw(c) || is_plus_separator ? std::string(1, c) : percent_encode(std::string_view(&c, 1));
    }
    return raw;
}

}  // namespace coauth::provider
