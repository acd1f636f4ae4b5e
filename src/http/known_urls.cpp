#include "http/known_urls.hpp"

#include <algorithm>
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
    if (const known* const found = find(request.url())) {
        return found->says;
    }
    auto read = read_anew(request.url());
    if (read) {
        keep(request.url(), *read);
    }
    return read;
}

const known_urls::known* known_urls::find(std::string_view url) const noexcept {
    const known* const end = known_.data() + count_.load(std::memory_order_acquire);
    const known* const found = std::find_if(known_.data(), end, [url](const known& each) { return each.url == url; });
    return found != end ? found : nullptr;
}

void known_urls::keep(std::string_view url, const shared_destination& says) {
    const std::scoped_lock lock{adding_};
    const std::size_t count = count_.load(std::memory_order_relaxed);
    if (count < most && find(url) == nullptr) {
        known_[count] = {std::string{url}, says};
        count_.store(count + 1, std::memory_order_release);
    }
}

}  // namespace coauth::http
