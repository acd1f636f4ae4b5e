#include "consent.hpp"

#include <coauth/core/random.hpp>

#include <algorithm>

namespace coauth::sandbox {
namespace {

using namespace std::chrono_literals;

// The prefix makes browsers insist on Secure, Path=/ and this very host.
constexpr std::string_view cookie_name = "__Host-sandbox-browser";
constexpr std::string_view prefixed_cookie_name =
    "sandbox-browser";  // where the host is another's, perhaps without TLS
constexpr auto page_lifetime = 10min;
constexpr auto visit_lifetime = 24h;

/// The cookie's value, or an empty text.
std::string_view cookie_of(const request& received) {
    const std::string* header = received.header("Cookie");
    std::string_view rest = header ? std::string_view{*header} : std::string_view{};
    while (!rest.empty()) {
        std::string_view pair = rest.substr(0, rest.find(';'));
        rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
        pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
        const std::size_t equals = pair.find('=');
        const std::string_view name = pair.substr(0, equals);
        if (equals != pair.npos && (name == cookie_name || name == prefixed_cookie_name))
            return pair.substr(equals + 1);
    }
    return {};
}

bool is_path_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           std::string_view{"/.-_"}.find(letter) != std::string_view::npos;
}

}  // namespace

std::string path_prefix(const request& received) {
    const std::string* prefix = received.header("X-Forwarded-Prefix");
    const bool usable = prefix && prefix->starts_with('/') && !prefix->starts_with("//") && !prefix->ends_with('/') &&
                        std::ranges::all_of(*prefix, is_path_letter);
    return usable ? *prefix : "";
}

std::string consent_desk::browser(const request& received, clock::wall_time now) {
    std::erase_if(visits_, [now](const auto& entry) { return entry.second.seen + visit_lifetime <= now; });
    const auto known = visits_.find(cookie_of(received));
    std::string browser = known == visits_.end() ? random_text(*system_random(), 32) : known->first;
    visits_[browser].seen = now;
    return browser;
}

const user* consent_desk::signed_in(const request& received) const {
    const auto known = visits_.find(cookie_of(received));
    return known == visits_.end() ? nullptr : known->second.signed_in;
}

void consent_desk::sign_in(const std::string& browser, const user& subject) {
    visits_[browser].signed_in = &subject;
}

std::string consent_desk::open(const std::string& browser, grant wanted, clock::wall_time now) {
    std::erase_if(pages_, [now](const auto& entry) { return entry.second.opened + page_lifetime <= now; });
    std::string form_token = random_text(*system_random(), 32);
    pages_.emplace(form_token, page{browser, std::move(wanted), now});
    return form_token;
}

std::optional<grant> consent_desk::close(const request& received, std::string_view form_token, clock::wall_time now) {
    const auto found = pages_.find(form_token);
    if (found == pages_.end() || found->second.opened + page_lifetime <= now ||
        found->second.browser != cookie_of(received))
        return std::nullopt;
    grant wanted = std::move(found->second.wanted);
    pages_.erase(found);
    return wanted;
}

std::string consent_desk::set_cookie(const std::string& browser, const std::string& prefix) {
    if (!prefix.empty())
        return std::string{prefixed_cookie_name} + "=" + browser + "; Path=" + prefix + "/; HttpOnly; SameSite=Lax";
    return std::string{cookie_name} + "=" + browser + "; Path=/; Secure; HttpOnly; SameSite=Lax";
}

}  // namespace coauth::sandbox
