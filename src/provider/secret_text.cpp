#include "provider/secret_text.hpp"

#include <coauth/core/secret.hpp>

#include <algorithm>
#include <utility>

namespace coauth::provider {

void append_secret(std::string& to, std::string_view more) {
    if (to.capacity() - to.size() < more.size()) {
        std::string larger;
        larger.reserve(std::max<std::size_t>(512, 2 * (to.size() + more.size())));
        larger = to;
        wipe(to);
        to = std::move(larger);
    }
    to += more;
}

}  // namespace coauth::provider
