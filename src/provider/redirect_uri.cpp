#include "provider/redirect_uri.hpp"

#include <coauth/core/port.hpp>

#include <boost/url/grammar/alnum_chars.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <array>

namespace coauth::provider {
namespace {

bool is_this_machine(const boost::urls::url_view& uri) {
    switch (uri.host_type()) {
        case boost::urls::host_type::ipv4:
            return uri.host_ipv4_address().is_loopback();
        case boost::urls::host_type::ipv6:
            return uri.host_ipv6_address().is_loopback();
        default:
            return uri.encoded_host() == "localhost";
    }
}

/// Schemes that a browser itself acts on, so that no application can own them.
bool is_browsers_own(std::string_view scheme) {
    constexpr std::array<std::string_view, 8> own{"about", "blob",       "data",     "file",
                                                  "ftp",   "javascript", "vbscript", "ws"};
    return std::find(own.begin(), own.end(), scheme) != own.end();
}

/// Most are "https://", a name and a path of nothing but letters, digits and a few marks: nothing to parse.
bool is_plain(std::string_view text) noexcept {
    constexpr std::string_view scheme = "https://";
    constexpr auto is_alphanumeric = boost::urls::grammar::alnum_chars;
    return text.size() > scheme.size() && text.starts_with(scheme) && is_alphanumeric(text[scheme.size()]) &&
           std::all_of(text.begin() + scheme.size(), text.end(), [is_alphanumeric](char c) {
               return is_alphanumeric(c) || c == '.' || c == '-' || c == '_' || c == '/';
           });
}

}  // namespace

std::string_view objection_to_redirect_uri(std::string_view text) {
    if (text.empty()) {
        return "the redirect URI is missing; give the one that is registered at the provider";
    }
    if (is_plain(text)) {
        return {};
    }
    const auto uri = boost::urls::parse_uri({text.data(), text.size()});
    if (!uri) {
        return "the redirect URI is no absolute URL; give it as it is registered, beginning with https://";
    }
    if (uri->has_fragment()) {
        return "the redirect URI has a fragment (#), which OAuth does not allow; remove it";
    }
    if (uri->has_port() && parse_port(uri->port()).value_or(0) == 0) {
        return "the redirect URI's port is no number from 1 to 65535";
    }
    switch (uri->scheme_id()) {
        case boost::urls::scheme::https:
            return uri->encoded_host().empty() ? "the redirect URI has no host" : "";
        case boost::urls::scheme::http:
            return is_this_machine(*uri) ? ""
                                         : "the redirect URI is http, which is for 127.0.0.1, [::1] and localhost "
                                           "alone; use https";
        default:
            return is_browsers_own(std::string_view(uri->scheme()))
                       ? "the redirect URI has a scheme that no application can own; use https"
                       : "";
    }
}

}  // namespace coauth::provider
