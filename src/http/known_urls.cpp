#include "http/known_urls.hpp"

#include <utility>

namespace coauth::http {

namespace {

result<known_urls::shared_destination> read_anew(std::string_view url) {
    auto read = read_url(url);
    if (!read) {
        return read.error();
    }
    return std::make_shared<const destination>(std::move(*read));
}

}  // namespace

result<known_urls::shared_destination> known_urls::read(const http_request& request) {
    // A profile that puts a value in says where in the safe one, or has no safe one.
    if (!request.url_is_safe()) {
        return read_anew(request.url());
    }
    {
        const std::scoped_lock lock{mutex_};
        if (const auto known = urls_.find(request.url()); known != urls_.end()) {
            return known->second;
        }
    }
    auto read = read_anew(request.url());
    if (read) {
        const std::scoped_lock lock{mutex_};
        if (urls_.size() < most) {
            urls_.emplace(request.url(), *read);
        }
    }
    return read;
}

}  // namespace coauth::http
