#pragma once

#include "http/request_writer.hpp"

#include <coauth/core/http_message.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace coauth::http {

/// The URLs that are asked again and again, since profiles have them as fixed text, and what they say: to read one
/// costs half as much as all the rest of a request's head. None that may carry a secret is kept.
///
/// Threads: any.
class known_urls {
public:
    using shared_destination = std::shared_ptr<const destination>;

    /// As `read_url`.
    [[nodiscard]] result<shared_destination> read(const http_request& request);

private:
    static constexpr std::size_t most = 64;

    std::mutex mutex_;
    std::map<std::string, shared_destination, std::less<>> urls_;
};

}  // namespace coauth::http
