#include <coauth/login/login_broker.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace coauth {

bool is_own_path(std::string_view path) noexcept {
    if (path == "/") {  // as most are
        return true;
    }
    const bool plain = std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c <= '~' && c != '\\'; });
    if (!plain || !path.starts_with('/') || path.starts_with("//")) {
        return false;
    }
    const auto read = boost::urls::parse_relative_ref(path);
    return read && !read->has_authority();
}

}  // namespace coauth
