#include "http/call.hpp"

#include <coauth/core/secret.hpp>

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

std::string written(const http_request& request, const result<std::shared_ptr<const destination>>& goes_to) {
    std::string wire;
    const auto done = goes_to ? write_request(wire, request, **goes_to) : result<void>{goes_to.error()};
    if (!done) {
        throw error{told_of(request, done.error())};
    }
    return wire;
}

}  // namespace

call::call(std::uint64_t its_number, http_request&& request, result<std::shared_ptr<const destination>> goes_to,
           clock::steady_time now_is, std::chrono::milliseconds its_limit)
    : wire_{written(request, goes_to)},
      number{its_number},
      target{std::move(*goes_to)},
      method{std::move(request.method)},
      safe_url{std::move(request.safe_url)},
      provider{std::move(request.provider)},
      operation{std::move(request.operation)},
      idempotent{request.idempotent},
      started{now_is},
      limit{its_limit} {}

call::~call() {
    wipe(wire_);
}

response_body call::answer_body() const noexcept {
    return method == "HEAD" ? response_body::none : response_body::framed;
}

failure call::failed(errc code, std::string detail) const {
    failure why;
    why.code = code;
    why.detail = std::move(detail);
    return failed(std::move(why));
}

failure call::failed(failure why) const {
    why.step = operation;
    why.provider = provider;
    why.request_sent = sent.load();
    why.repeatable = idempotent;
    return why;
}

}  // namespace coauth::http
