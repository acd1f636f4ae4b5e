#include "http/call.hpp"

#include <utility>

namespace coauth::http {
namespace {

/// What `errc::invalid_argument` is told with, whose request is not a call yet.
failure told_of(const http_request& request, failure why) {
    why.step = request.operation;
    why.provider = request.provider;
    why.repeatable = request.idempotent;
    return why;
}

http_request&& checked(http_request&& request, const result<std::shared_ptr<const destination>>& goes_to) {
    const auto passed = goes_to ? check_request(request) : result<void>{goes_to.error()};
    if (!passed) {
        throw error{told_of(request, passed.error())};
    }
    return std::move(request);
}

}  // namespace

call::call(std::uint64_t its_number, http_request&& asked, result<std::shared_ptr<const destination>> goes_to,
           std::chrono::milliseconds its_limit)
    : number{its_number}, request{checked(std::move(asked), goes_to)}, target{std::move(*goes_to)}, limit{its_limit} {}

failure call::failed(errc code, std::string detail) const {
    failure why;
    why.code = code;
    why.detail = std::move(detail);
    return failed(std::move(why));
}

failure call::failed(failure why) const {
    why.step = request.operation;
    why.provider = request.provider;
    why.request_sent = sent.load();
    why.repeatable = request.idempotent;
    return why;
}

}  // namespace coauth::http
