#include "provider/template_url.hpp"

#include <coauth/core/port.hpp>

#include <boost/url/parse.hpp>

namespace coauth::provider {
namespace {

/// The URL with something harmless in the place of each value.
std::string sample_of(const template_text& url) {
    std::string text;
    for (const auto& piece : url.pieces()) {
        text += piece.names.empty() ? piece.text : "x";
    }
    return text;
}

/// Whether a value stands before the path.
bool host_has_placeholder(const template_text& url) {
    const auto& pieces = url.pieces();
    if (pieces.empty() || pieces.size() == 1) {
        return !pieces.empty() && !pieces.front().names.empty();
    }
    const auto& start = pieces.front().text;
    const auto authority = start.find("://");
    return authority == start.npos || start.find_first_of("/?", authority + 3) == start.npos;
}

}  // namespace

std::string objection_to_url(const template_text& url) {
    if (host_has_placeholder(url)) {
        return "the host of a URL is fixed text; write it out, and use placeholders after it";
    }
    const auto sample = sample_of(url);
    const auto parsed = boost::urls::parse_uri(sample);
    if (!parsed) {
        return "this is no absolute URL; write it as https://host/path, with special characters percent-encoded";
    }
    if (parsed->scheme() != "https") {
        return "credentials travel over https only; write https://";
    }
    if (parsed->encoded_host().empty()) {
        return "this URL has no host; write it as https://host/path";
    }
    if (parsed->has_port() && parse_port(parsed->port()).value_or(0) == 0) {
        return "the port of a URL is a number from 1 to 65535";
    }
    if (parsed->has_userinfo()) {
        return "a URL holds no user and password; use a header such as \"Basic {basic(client_id,client_secret)}\"";
    }
    if (parsed->has_fragment()) {
        return "a fragment is never sent; remove it (an authorization has the key \"fragment\" for it)";
    }
    return {};
}

std::string host_of(const boost::urls::url_view& url) {
    std::string host(url.encoded_host());
    if (url.has_port() && url.port() != "443") {
        host += ":" + std::string(url.port());
    }
    return host;
}

std::string host_of(const template_text& url) {
    const auto sample = sample_of(url);
    return host_of(boost::urls::url_view(sample));
}

}  // namespace coauth::provider
