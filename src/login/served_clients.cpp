#include "login/served_clients.hpp"

#include "login/login_failure.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <mutex>

namespace coauth::login {

namespace {

/// Whether it is its own normal form at a glance, as the paths of callbacks are.
bool is_plain_path(std::string_view text) noexcept {
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '/';
    };
    return text.starts_with('/') && !text.starts_with("//") && std::all_of(text.begin(), text.end(), is_plain);
}

}  // namespace

result<callback_place> place_of(std::string_view callback) {
    const std::string_view without_fragment = callback.substr(0, callback.find('#'));
    const std::string_view before = without_fragment.substr(0, without_fragment.find('?'));
    if (is_plain_path(before)) {
        return callback_place{{}, std::string{before}};
    }
    const auto read = boost::urls::parse_uri_reference(before);
    const bool is_path =
        read && read->encoded_path().starts_with('/') && (read->has_scheme() || !read->has_authority());
    if (!is_path || before.find("%2F") != before.npos || before.find("%2f") != before.npos) {  // which is no "/"
        return login_failure(errc::callback_malformed, "callback", {},
                             "pass on the whole request target, \"/callback/...?...\", or the whole URL");
    }
    boost::urls::url normal{*read};
    normal.normalize();
    callback_place where;
    where.path = std::string{normal.encoded_path()};
    if (normal.has_scheme()) {
        if (normal.port_number() == boost::urls::default_port(normal.scheme_id())) {
            normal.remove_port();
        }
        where.origin = std::string{normal.scheme()} + "://" + std::string{normal.encoded_host_and_port()};
    }
    return where;
}

bool served_clients::knows(const client& with) const {
    const std::shared_lock lock{mutex_};
    const auto found =
        clients_.find(std::pair<std::string_view, std::string_view>{with.profile().name(), with.client_id()});
    return found != clients_.end() && found->second.redirect_uris.contains(with.redirect_uri());
}

result<void> served_clients::serve(const client& with, bool replace) {
    if (!replace && knows(with)) {
        return {};
    }
    const auto where = place_of(with.redirect_uri());
    if (where.has_error() || where->origin.empty()) {
        return login_failure(errc::invalid_argument, "begin", with.profile().name(),
                             "its redirect URI is missing or no whole URL; give the client one with a path of its own");
    }
    const std::unique_lock lock{mutex_};
    const auto taken = routes_.find(where->path);
    if (taken != routes_.end() && taken->second.owner.name() != with.profile().name()) {
        return login_failure(errc::invalid_argument, "begin", with.profile().name(),
                             "its redirect URI has the path of " + taken->second.owner.name() +
                                 "'s; a callback could be taken for the other's: give each provider a path of its own");
    }
    routes_.try_emplace(where->path, route{with.profile(), {}}).first->second.origins.insert(where->origin);
    auto [known, added] = clients_.try_emplace({with.profile().name(), with.client_id()}, served{with, {}});
    known->second.redirect_uris.insert(with.redirect_uri());
    if (replace) {
        known->second.who = with;
    }
    return {};
}

std::optional<client> served_clients::find(std::string_view provider, std::string_view client_id) const {
    const std::shared_lock lock{mutex_};
    const auto found = clients_.find(std::pair{provider, client_id});
    return found == clients_.end() ? std::nullopt : std::optional{found->second.who};
}

std::optional<provider::profile> served_clients::owner_of(const callback_place& where) const {
    const std::shared_lock lock{mutex_};
    const auto found = routes_.find(where.path);
    if (found == routes_.end() || (!where.origin.empty() && !found->second.origins.contains(where.origin))) {
        return std::nullopt;
    }
    return found->second.owner;
}

}  // namespace coauth::login
