#include "http/known_urls.hpp"

namespace coauth::http {

result<destination> known_urls::read(const http_request& request) {
    // A profile that puts a value in says where in the safe one, or has no safe one.
    const bool is_fixed = request.safe_url == request.url;
    if (!is_fixed) {
        return read_url(request.url);
    }
    {
        const std::scoped_lock lock{mutex_};
        if (const auto known = urls_.find(request.url); known != urls_.end()) {
            return known->second;
        }
    }
    auto read = read_url(request.url);
    if (read) {
        const std::scoped_lock lock{mutex_};
        if (urls_.size() < most) {
            urls_.emplace(request.url, *read);
        }
    }
    return read;
}

}  // namespace coauth::http
