#pragma once

#include "http/request_writer.hpp"

#include <coauth/core/http_message.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

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
    struct known {
        std::string url;
        shared_destination says;
    };

    [[nodiscard]] const known* find(std::string_view url) const noexcept;
    void keep(std::string_view url, const shared_destination& says);

    static constexpr std::size_t most = 64;

    // What is known stays as it is, so that it is looked at without a lock.
    std::array<known, most> known_;
    std::atomic<std::size_t> count_{0};
    std::mutex adding_;
};

}  // namespace coauth::http
